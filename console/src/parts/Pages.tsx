import { Pagination } from "@patternfly/react-core";

interface Props {
  total: number;
  /** Rows on a page. */
  each: number;
  /** From 1. */
  page: number;
  onPage: (page: number) => void;
}

/** The pages of a table within a panel; nothing where one page has all. */
export function Pages({ total, each, page, onPage }: Props) {
  if (total <= each) return null;
  return (
    <Pagination
      isCompact
      itemCount={total}
      page={page}
      perPage={each}
      perPageOptions={[]}
      onSetPage={(_event, next) => onPage(next)}
    />
  );
}
