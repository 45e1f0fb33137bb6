import { ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { Choice } from "../parts/Choice";
import type { Column } from "../parts/DataTable";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { itemsQuery, type Item } from "./queries";
import { TYPES, type ItemsSearch } from "./search";

const route = getRouteApi("/items");
const w = words.items;

const COLUMNS: Column<Item>[] = [
  {
    key: "codename",
    title: w.name,
    sort: "codename",
    cell: (item) => (
      <div className="aos-stack-tight">
        <Link to="/items/$id" params={{ id: item.id }} className="aos-name" title={item.codename}>
          {item.codename}
        </Link>
        {item.title && item.title !== item.codename ? <span className="aos-quiet aos-clamp">{item.title}</span> : null}
      </div>
    ),
  },
  { key: "type", title: w.type, sort: "type", cell: (item) => w.types[item.type] },
  { key: "newest", title: w.newest, cell: (item) => item.newest_version ?? "–" },
  { key: "owner", title: w.owner, cell: (item) => <span className="aos-words">{item.owner_title}</span> },
  { key: "created", title: w.created, sort: "created_at", cell: (item) => <Moment at={item.created_at} /> },
];

/** Services, components and layers that one owns or was granted. */
export function ItemsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const items = useQuery({ ...itemsQuery(search), enabled: may("items_list") });
  const onSearch = useCallback(
    (change: ItemsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  return (
    <ListPage
      name="items"
      w={w}
      allowed={may("items_list")}
      query={items}
      columns={COLUMNS}
      search={search}
      sort="codename"
      onSearch={onSearch}
      filters={
        <ToolbarItem>
          <Choice
            label={w.type}
            any={w.any}
            value={search.type}
            options={TYPES.map((value) => ({ value, title: w.types[value] }))}
            onChoose={(type) => onSearch({ type, page: undefined })}
          />
        </ToolbarItem>
      }
    />
  );
}
