// The editor and the compiler of cells, loaded when a cell is edited for the first time.
import { defaultKeymap, history, historyKeymap, toggleComment } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { compileCell } from "../compile.ts";
import type { Editing, Handle, Opening } from "./editing.ts";

const color = (name: string): string => `var(--token-${name})`;
const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.controlKeyword], color: color("keyword") },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: color("string") },
  { tag: [tags.number, tags.bool, tags.null], color: color("constant") },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: color("function") },
  { tag: [tags.typeName, tags.className], color: color("function") },
  { tag: tags.comment, color: color("comment"), fontStyle: "italic" },
  { tag: [tags.punctuation, tags.operator], color: color("punctuation") },
]);

const markLine = StateEffect.define<number | undefined>();
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(now, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const line = effect.value;
      if (line === undefined || line < 1 || line > transaction.state.doc.lines) return Decoration.none;
      const { from } = transaction.state.doc.line(line);
      return Decoration.set([Decoration.line({ class: "wrong-line" }).range(from)]);
    }
    return transaction.docChanged ? Decoration.none : now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function open({ parent, text, label, changed, run, left }: Opening): Handle {
  /** A key's command that is done when `act` is. */
  const done = (act: () => void) => (): boolean => {
    act();
    return true;
  };
  const keys = [
    { key: "Mod-Enter", run: done(run) },
    { key: "Shift-Enter", run: done(run) },
    { key: "Escape", run: done(left) },
    { key: "Mod-/", run: toggleComment },
  ];
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        javascript({ typescript: true }),
        syntaxHighlighting(colors),
        marked,
        keymap.of([...keys, ...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(view.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    mark: (line) => view.dispatch({ effects: markLine.of(line) }),
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

(globalThis as unknown as { relukitEditing: Editing }).relukitEditing = { open, compile: compileCell };
