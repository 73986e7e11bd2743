/** What an unknown thrown thing says of itself, for the end of a sentence. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
