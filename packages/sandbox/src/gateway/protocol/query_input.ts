// Reads form parameters of the query protocol (STS, IAM) into input values: `Tags.member.1.Key=…`.

import { refuseSyntax, refuseType } from "../../models/refuse_request.ts";
import type { Operation, ServiceModel, Shape, StructureShape } from "../../models/shapes.ts";
import { readText } from "./text_value.ts";

/** Parameters by name segment: `Tags.member.1.Key` is four nodes deep. */
interface ParameterNode {
  value?: string;
  readonly children: Map<string, ParameterNode>;
}

/** No AWS input of the two services is deeper than this many dotted segments. */
const maxSegments = 16;

/** More parameters than any valid request holds. */
const maxParameters = 10_000;

/**
 * Takes an operation's members from the form; parameters the model does not name are ignored, as AWS does.
 *
 * @throws AwsError for a value of the wrong type, a list whose numbering is not 1, 2, 3…, or a parameter twice
 */
export function readQueryInput(
  form: URLSearchParams,
  operation: Operation,
  model: ServiceModel,
): Record<string, unknown> {
  return operation.input ? readStructure(parameterTree(form, model), operation.input, "", model) : {};
}

function parameterTree(form: URLSearchParams, model: ServiceModel): ParameterNode {
  const root: ParameterNode = { children: new Map() };
  if (form.size > maxParameters) throw refuseSyntax(model, `more than ${maxParameters} parameters`);
  for (const [name, value] of form) {
    const segments = name.split(".");
    if (segments.length > maxSegments) throw refuseSyntax(model, "a parameter name is nested too deeply");
    let node = root;
    for (const segment of segments) {
      const child: ParameterNode = node.children.get(segment) ?? { children: new Map() };
      node.children.set(segment, child);
      node = child;
    }
    if (node.value !== undefined)
      throw refuseSyntax(model, `the parameter ${name.slice(0, 100)} is given twice`);
    node.value = value;
  }
  return root;
}

function readStructure(
  node: ParameterNode,
  shape: StructureShape,
  path: string,
  model: ServiceModel,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const member of shape.members.values()) {
    const child = node.children.get(member.wireName);
    if (!child) continue;
    const memberPath = path === "" ? member.name : `${path}.${member.name}`;
    const value = readNode(child, member.target, memberPath, model);
    if (value !== undefined) values[member.name] = value;
  }
  return values;
}

function readNode(node: ParameterNode, shape: Shape, path: string, model: ServiceModel): unknown {
  switch (shape.kind) {
    case "structure":
      return readStructure(node, shape, path, model);
    case "list":
      return readList(node, shape.member.target, path, model);
    case "map":
      // Neither STS nor IAM has one; models that gain one must gain this too.
      throw new Error(`${model.service}: maps in query requests are not supported (${path})`);
    default:
      return node.value === undefined ? undefined : readText(node.value, shape, path, model);
  }
}

function readList(node: ParameterNode, element: Shape, path: string, model: ServiceModel): unknown[] {
  // `Tags=` alone is how clients send an empty list.
  const numbered = node.children.get("member")?.children ?? new Map<string, ParameterNode>();
  return Array.from({ length: numbered.size }, (_, index) => {
    const child = numbered.get(String(index + 1));
    if (!child) throw refuseType(model, path, "a list numbered 1, 2, 3 and so on");
    return readNode(child, element, `${path}.${index + 1}.member`, model) ?? null;
  });
}
