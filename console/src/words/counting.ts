/** `1,000 Units`. */
export function units(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "Unit" : "Units"}`;
}
