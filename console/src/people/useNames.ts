import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../session/me";
import { words } from "../words/en";

const w = words.people;
const SHORT = 8;

/** Says who somebody is by their id: the reader, nobody, or as the answer calls them that names them. */
export function useNames(): (id: string | null, people: Readonly<Record<string, string>>) => string {
  const me = useQuery(meQuery).data?.id;
  return (id, people) => (id === null ? w.itself : id === me ? w.you : (people[id] ?? w.unnamed(id.slice(0, SHORT))));
}
