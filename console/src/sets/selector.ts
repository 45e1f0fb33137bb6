/** Conditions that a selector has; `exists` and `absent` have no value. */
export const SIGNS = ["=", "!=", "in", "notin", "exists", "absent", ">=", ">", "<=", "<"] as const;
export type Sign = (typeof SIGNS)[number];

/** One condition as a selector says it. */
export function condition(label: string, sign: Sign, value: string): string {
  const name = label.trim();
  switch (sign) {
    case "exists":
      return name;
    case "absent":
      return `!${name}`;
    case "in":
    case "notin":
      return `${name} ${sign} (${value.split(",").map((each) => each.trim()).join(", ")})`;
    case "=":
    case "!=":
      return `${name}${sign}${value.trim()}`;
    default:
      return `${name} ${sign} ${value.trim()}`;
  }
}

/** The selector with a further condition. */
export function joined(selector: string, further: string): string {
  const before = selector.trim().replace(/,$/, "");
  return before ? `${before}, ${further}` : further;
}

/** Where a selector does not parse, from 1 on, out of what the API says of it. */
export function positionIn(message: string): number | undefined {
  const found = /at position (\d+)/.exec(message);
  return found ? Number(found[1]) : undefined;
}

/** A text around a position: what is before, what is there (nothing at the end), and what comes. */
export function around(text: string, position: number): [before: string, there: string, after: string] {
  return [text.slice(0, position - 1), text.slice(position - 1, position), text.slice(position)];
}
