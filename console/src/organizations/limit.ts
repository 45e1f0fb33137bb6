const MOST = 10_000_000;

/** What somebody typed as a limit: a number, null for none, undefined for what is neither. */
export function unitsMost(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === "") return null;
  const number = Number(text);
  return /^\d+$/.test(text) && number <= MOST ? number : undefined;
}
