/** What somebody typed, one in a line or with commas between; each once. */
export function codenames(typed: string): string[] {
  return [...new Set(typed.split(/[\n,]/).map((each) => each.trim()).filter(Boolean))];
}
