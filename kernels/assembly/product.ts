// Matrix products: in steps, for every shape, over active rows only, and behind a gate; and what bounds them.
export { computeAll, readAll } from "./bandwidth";
export { activeGatedMatmul1, activeMatmul1, activeMatmul2 } from "./product-active-steps";
export { activeMatmul, matmul } from "./product-few";
export { activeGatedMatmul, columnSums, gate, gatedMatmul } from "./product-gated";
export {
  activeGatedMatmulBF16,
  activeGatedMatmulF16,
  activeMatmulBF16,
  activeMatmulF16,
  gatedMatmulBF16,
  gatedMatmulF16,
  matmulBF16,
  matmulF16,
} from "./product-narrow";
export { matmul4 } from "./product-packed";
export { matmul1, matmul2, matmul3 } from "./product-steps";
