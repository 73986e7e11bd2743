/** The object a response carries, its fields not yet believed. */
export const jsonOf = async (answer: Response): Promise<Readonly<Record<string, unknown>>> => {
  const value: unknown = await answer.json();
  return typeof value === "object" && value !== null ? { ...value } : {};
};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
