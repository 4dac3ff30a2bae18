// Post-processors of tokenizer.json: the special tokens around a text.
import type { JsonField } from "../json-field.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The tokens that the post-processor puts around one text.
 *
 * @throws {FormatError} naming a component that is not known, or a token outside the vocabulary
 */
export function frameOf(field: JsonField, vocabulary: Vocabulary): Frame {
  if (field.absent) return { before: [], after: [] };
  const type = field.get("type");
  switch (type.value) {
    case "ByteLevel":
      return { before: [], after: [] }; // only moves offsets
    case "RobertaProcessing":
    case "BertProcessing":
      return {
        before: [
          tokenId(field.get("cls").list()[1] ?? field.get("cls").refuse("a token and its id"), vocabulary),
        ],
        after: [
          tokenId(field.get("sep").list()[1] ?? field.get("sep").refuse("a token and its id"), vocabulary),
        ],
      };
    case "TemplateProcessing":
      return template(field, vocabulary);
    case "Sequence":
      return field
        .get("processors")
        .list()
        .map((step) => frameOf(step, vocabulary))
        .reduce(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            after: [...inner.after, ...outer.after],
          }),
          { before: [], after: [] },
        );
    default:
      return type.refuse(
        "a post-processor among ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing and Sequence",
      );
  }
}

function template(field: JsonField, vocabulary: Vocabulary): Frame {
  const before: number[] = [];
  const after: number[] = [];
  let texts = 0;
  for (const item of field.get("single").list()) {
    const special = item.get("SpecialToken");
    if (special.absent) {
      if (item.get("Sequence").get("id").value !== "A") item.refuse('a SpecialToken, or the Sequence "A"');
      texts++;
    } else {
      const ids = field.get("special_tokens").get(special.get("id").text()).get("ids").list();
      (texts === 0 ? before : after).push(...ids.map((id) => tokenId(id, vocabulary)));
    }
  }
  if (texts !== 1) field.get("single").refuse('the Sequence "A" once');
  return { before, after };
}

const tokenId = (field: JsonField, { size }: Vocabulary): number => field.whole(0, size);
