// Reads XML bodies (rest-xml) into input values by the operation's shapes. The reader knows elements, text and the five
// entities XML defines itself: no document types, no entities of the sender's, a bounded depth.
import { refuseSyntax, refuseType } from "../../models/refuse_request.ts";
import type { Member, ServiceModel, Shape, StructureShape } from "../../models/shapes.ts";
import { readText } from "./text_value.ts";

/** An element: its local name, its text, and the elements in it. */
interface XmlElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** Deeper than any document S3 takes. */
const maxDepth = 30;
/** Longer than any document S3 takes here, in bytes: policies are the longest. */
const maxBytes = 1024 * 1024;

const tokens =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/**
 * Takes an operation's body members from XML; elements the model does not name are ignored.
 *
 * @param payload the member that is the whole body, when one is
 * @throws AwsError when it is not well-formed, has a document type, or a value is of another type than its shape
 */
export function readXmlInput(
  body: Buffer,
  input: StructureShape | undefined,
  payload: Member | undefined,
  model: ServiceModel,
): Record<string, unknown> {
  const takesBody = [...(input?.members.values() ?? [])].some(({ location }) => location === "body");
  if (input === undefined || !takesBody || body.length === 0) return {};
  const root = parseXml(body, model);
  if (payload === undefined) return readStructure(root, input, "", model);
  if (payload.target.kind !== "structure") throw new Error(`${payload.name} cannot be a whole body`);
  return { [payload.name]: readStructure(root, payload.target, payload.name, model) };
}

function parseXml(body: Buffer, model: ServiceModel): XmlElement {
  if (body.length > maxBytes) throw refuseSyntax(model, `the document is longer than ${maxBytes} bytes`);
  const text = body.toString("utf8").replace(/^\uFEFF/, "");
  const top: XmlElement = { name: "", text: "", children: [] };
  const open = [top];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex;
    const token = tokens.exec(text);
    if (token === null) throw refuseSyntax(model, `the body is not XML at character ${at + 1}`);
    const [, cdata, closing, , name, , empty, plain] = token;
    const current = open.at(-1) ?? top;
    if (plain !== undefined) current.text += decodeEntities(plain, model);
    else if (cdata !== undefined) current.text += cdata;
    else if (name === undefined) continue;
    else if (closing === "/") {
      if (open.length === 1 || open.pop()?.name !== name)
        throw refuseSyntax(model, `</${name}> closes nothing that is open`);
    } else {
      const element = { name, text: "", children: [] };
      current.children.push(element);
      if (empty !== "/") open.push(element);
      if (open.length > maxDepth)
        throw refuseSyntax(model, `the document is more than ${maxDepth} levels deep`);
    }
  }
  const [root, ...more] = top.children;
  if (root === undefined || more.length > 0 || open.length > 1 || top.text.trim() !== "")
    throw refuseSyntax(model, "the body is not one XML document");
  return root;
}

/** The entities XML defines itself (XML 1.0, section 4.6); a Map, so that no name of an object's own members is one. */
const named: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

function decodeEntities(text: string, model: ServiceModel): string {
  return text.replace(/&([^;\s]{0,10});?/g, (whole, entity: string) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity);
    const point = code === null ? Number.NaN : Number.parseInt(code[1] ?? code[2] ?? "", code[1] ? 16 : 10);
    const character = named.get(entity) ?? (point <= 0x10ffff ? String.fromCodePoint(point) : undefined);
    if (character === undefined || !whole.endsWith(";"))
      throw refuseSyntax(model, "an entity XML does not define");
    return character;
  });
}

function readStructure(
  element: XmlElement,
  shape: StructureShape,
  path: string,
  model: ServiceModel,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const member of shape.members.values()) {
    if (member.location !== "body") continue;
    const found = element.children.filter(({ name }) => name === member.wireName);
    const [first] = found;
    if (first === undefined) continue;
    const memberPath = path === "" ? member.name : `${path}.${member.name}`;
    const { target } = member;
    if (target.kind === "list" && target.flattened) {
      values[member.name] = found.map((each, index) =>
        readValue(each, target.member.target, `${memberPath}.${index + 1}`, model),
      );
      continue;
    }
    if (found.length > 1) throw refuseType(model, memberPath, "given once");
    values[member.name] = readValue(first, target, memberPath, model);
  }
  return values;
}

function readValue(element: XmlElement, shape: Shape, path: string, model: ServiceModel): unknown {
  switch (shape.kind) {
    case "structure":
      return readStructure(element, shape, path, model);
    case "list":
      return element.children
        .filter(({ name }) => name === shape.member.wireName)
        .map((each, index) => readValue(each, shape.member.target, `${path}.${index + 1}.member`, model));
    case "map":
    case "blob":
      throw new Error(`${model.service}: a ${shape.kind} in an XML request is not supported (${path})`);
    default:
      return readText(shape.kind === "string" ? element.text : element.text.trim(), shape, path, model);
  }
}
