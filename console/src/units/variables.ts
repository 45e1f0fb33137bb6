import type { Schemas } from "../api/client";
import type { Pair } from "../parts/Pairs";

type Instance = Schemas["UnitInstanceView"];

/** Whose variables they are to be; nothing said is any. */
export interface Of {
  item: string;
  subject: string;
  instance: string;
}

/** For how many hours they may be set. */
export const HOURS = [0.25, 1, 8, 24, 168, 672] as const;

/** Instances that the Unit is to run and that this is of. */
export function concerned(instances: Instance[], of: Of): Instance[] {
  return instances.filter(
    (one) =>
      one.target_version !== null &&
      one.item_id === of.item &&
      (of.subject === "" || one.subject_id === of.subject) &&
      (of.instance === "" || one.instance === Number(of.instance)),
  );
}

/** What is asked for; undefined as long as nothing is named, or something twice. */
export function asked(of: Of, pairs: Pair[], until: Date): Schemas["VariablesBody"] | undefined {
  const named = pairs.map(({ name, value }): [string, string] => [name.trim(), value]).filter(([name]) => name);
  const values = Object.fromEntries(named);
  if (!of.item || !named.length || Object.keys(values).length !== named.length) return undefined;
  return {
    item_id: of.item,
    subject_id: of.subject || null,
    instance: of.instance === "" ? null : Number(of.instance),
    until: until.toISOString(),
    values,
  };
}
