// Every kernel, by the name that the machine calls it by.
export * from "./adamw";
export * from "./attention";
export * from "./attention-gradient";
export * from "./attention-plain";
export * from "./elementwise";
export * from "./embedding";
export * from "./feed-forward";
export * from "./loss";
export * from "./norm";
export * from "./norm-gradient";
export * from "./product";
export * from "./relu";
export * from "./rotary";
export * from "./smooth";
export * from "./softmax";
