import { useCallback } from "react";

type Navigate<Search> = (to: { search: (old: Search) => Search; replace: boolean; resetScroll: boolean }) => unknown;

/** What the address says of a list, and the way to say otherwise. */
export function useListSearch<Search>(
  search: Search,
  navigate: (to: never) => unknown,
  resetScroll = true,
): [Search, (change: Partial<Search>) => void] {
  const onSearch = useCallback(
    (change: Partial<Search>) => {
      const go = navigate as Navigate<Search>; // a route's own knows its address by its type
      go({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll });
    },
    [navigate, resetScroll],
  );
  return [search, onSearch];
}
