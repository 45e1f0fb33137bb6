/** The seconds of an ISO 8601 duration of days, hours, minutes and seconds; undefined for anything else. */
export function secondsOf(iso: string): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(iso);
  if (!found) return undefined;
  const [days = 0, hours = 0, minutes = 0, rest = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return (days * 24 + hours) * 3600 + minutes * 60 + rest;
}

/** An ISO 8601 duration in words: `PT5400S` is `1.5 hours`. */
export function durationWords(iso: string): string {
  const total = secondsOf(iso);
  if (total === undefined) return iso;
  const [size, name]: [number, string] =
    total >= 172_800 ? [86_400, "day"] : total >= 3600 ? [3600, "hour"] : total >= 60 ? [60, "minute"] : [1, "second"];
  const amount = Number((total / size).toFixed(1));
  return `${amount} ${name}${amount === 1 ? "" : "s"}`;
}

const STEPS = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;

/** Seconds in the two units that matter: `1 h 5 min`. */
export function spanWords(seconds: number): string {
  const whole = Math.round(seconds);
  const first = STEPS.find(([, size]) => whole >= size) ?? STEPS[3];
  const next = STEPS[STEPS.indexOf(first) + 1];
  const rest = next ? Math.floor((whole % first[1]) / next[1]) : 0;
  return `${Math.floor(whole / first[1])} ${first[0]}${next && rest ? ` ${rest} ${next[0]}` : ""}`;
}

/** A share of 0 to 1 as people say it. */
export function percent(share: number): string {
  return `${asPercent(share)} %`;
}

/** A share of 0 to 1 as a number of percent, without the dust of binary fractions. */
export function asPercent(share: number): string {
  return String(Number((share * 100).toFixed(4)));
}
