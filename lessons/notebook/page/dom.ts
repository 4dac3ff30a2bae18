// Elements of a page, found and made.

/** The first element that `selector` finds below `within`, or nothing. */
export const find = <E extends Element = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): E | undefined => within.querySelector<E>(selector) ?? undefined;

/** All elements that `selector` finds below `within`, in order. */
export const findAll = <E extends Element = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): readonly E[] => [...within.querySelectorAll<E>(selector)];

/** A new element with its attributes and children; text becomes text, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A button that says what it does. */
export function button(label: string, kind: string, press: () => void): HTMLButtonElement {
  const made = make("button", { type: "button", class: kind }, label);
  made.addEventListener("click", press);
  return made;
}
