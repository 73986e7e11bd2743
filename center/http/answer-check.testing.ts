/** Checks answers of the running server against the description it gives of itself. */
import { Ajv2020, type AnySchema } from "ajv/dist/2020.js";
import { expect } from "vitest";

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly responses: Readonly<Record<string, unknown>>;
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
    })),
  );

/** Checks an answer against the schema the description gives for its status. */
export const createAnswerCheck = (document: unknown) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const operations = operationsOf(document);
  return async (
    method: string,
    path: string,
    status: number,
    asked: Promise<Response>,
  ): Promise<void> => {
    const answer = await asked;
    expect(answer.status, `${method} ${path}`).toBe(status);
    const responses = operations.find(
      (one) => one.method === method && one.path === path,
    )?.responses;
    const range = `${Math.floor(status / 100)}XX`;
    const [content] = Object.values(
      recordOf(recordOf(responses?.[status] ?? responses?.[range])["content"]),
    );
    const schema = recordOf(content)["schema"];
    expect(schema, `a schema for ${status} of ${method} ${path}`).toBeDefined();
    const validate = ajv.compile(schemaOf(schema));
    const body: unknown = await answer.json();
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  };
};

const schemaOf = (value: unknown): AnySchema => ({ ...recordOf(value) });
