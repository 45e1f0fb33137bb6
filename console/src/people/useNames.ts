import { useQuery } from "@tanstack/react-query";
import { meQuery, useMay } from "../session/me";
import { words } from "../words/en";
import { usernamesQuery } from "./queries";

const w = words.verification;

/** Says who somebody is by their id: the reader, a name where one may know it, or that nobody did it. */
export function useNames(): (id: string | null) => string {
  const may = useMay();
  const me = useQuery(meQuery).data?.id;
  const names = useQuery({ ...usernamesQuery, enabled: may("users_list") }).data;
  return (id) => (id === null ? w.itself : id === me ? w.you : (names?.get(id) ?? w.colleague));
}
