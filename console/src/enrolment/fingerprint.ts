/** A fingerprint in groups of four, so that two people can read it to each other. */
export function grouped(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** Whether what somebody pasted out of a log is this fingerprint; undefined while nothing is there to compare. */
export function same(fingerprint: string, pasted: string): boolean | undefined {
  const found = pasted.trim().replace(/^.*key=/, "").replace(/[\s:]/g, "").toLowerCase();
  return found ? found === fingerprint.toLowerCase() : undefined;
}
