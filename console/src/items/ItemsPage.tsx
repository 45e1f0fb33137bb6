import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { itemsQuery, type Item } from "./queries";
import { TYPES } from "./search";

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
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const items = useQuery({ ...itemsQuery(search), enabled: may("items_list") });
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
        <ChoiceFilter
          of="type"
          search={search}
          onSearch={onSearch}
          label={w.type}
          any={w.any}
          options={TYPES.map((value) => ({ value, title: w.types[value] }))}
        />
      }
    />
  );
}
