/** Checks answers of the running server against the description it gives of itself. */
import { Ajv2020, type AnySchema, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly responses: Readonly<Record<string, unknown>>;
  /** The whole of what is said about it. */
  readonly description: Readonly<Record<string, unknown>>;
}

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const operationsOf = (document: unknown): readonly Operation[] =>
  Object.entries(recordOf(recordOf(document)["paths"])).flatMap(([path, methods]) =>
    Object.entries(recordOf(methods)).map(([method, operation]) => ({
      method,
      path,
      responses: recordOf(recordOf(operation)["responses"]),
      description: recordOf(operation),
    })),
  );

/** Checks an answer against the schema the description gives for its status. */
export const createAnswerCheck = (document: unknown) => {
  const checkBody = createBodyCheck();
  const operations = operationsOf(document);
  return async (
    method: string,
    path: string,
    status: number,
    asked: Promise<Response>,
  ): Promise<void> => {
    const answer = await asked;
    expect(answer.status, `${method} ${path}`).toBe(status);
    const operation = operations.find((one) => one.method === method && one.path === path);
    if (operation === undefined) throw new Error(`${method} ${path} is not described`);
    checkBody(operation, status, await answer.json());
  };
};

/** Checks one JSON body against what its operation says of the status. */
export const createBodyCheck = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const known = new Map<string, ValidateFunction>();
  return (operation: Operation, status: number, body: unknown): void => {
    const name = `${status} of ${operation.method} ${operation.path}`;
    const validate = known.get(name) ?? ajv.compile(schemaFor(operation, status));
    known.set(name, validate);
    expect(validate(body), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
  };
};

/** Statuses are described one by one or by their hundred. */
const schemaFor = ({ method, path, responses }: Operation, status: number): AnySchema => {
  const described = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
  const [content] = Object.values(recordOf(recordOf(described)["content"]));
  const schema = recordOf(content)["schema"];
  expect(schema, `a schema for ${status} of ${method} ${path}`).toBeDefined();
  return schemaOf(schema);
};

const schemaOf = (value: unknown): AnySchema => ({ ...recordOf(value) });
