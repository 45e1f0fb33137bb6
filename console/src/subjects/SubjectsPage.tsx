import { Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { subjectsQuery, type Subject } from "./queries";
import { TYPES } from "./search";
import { NewSubject } from "./SubjectDialogs";

const route = getRouteApi("/subjects");
const w = words.subjects;

const COLUMNS: Column<Subject>[] = [
  {
    key: "title",
    title: w.name,
    sort: "title",
    cell: (subject) => (
      <Link to="/subjects/$id" params={{ id: subject.id }} className="aos-name" title={subject.title}>
        {subject.title}
      </Link>
    ),
  },
  { key: "type", title: w.type, cell: (subject) => <SubjectType type={subject.type} /> },
  { key: "created", title: w.created, sort: "created_at", cell: (subject) => <Moment at={subject.created_at} /> },
];

/** Subjects of the organization. */
export function SubjectsPage() {
  const navigate = route.useNavigate();
  const [search, onSearch] = useListSearch(route.useSearch(), navigate);
  const may = useMay();
  const [making, setMaking] = useState(false);
  const subjects = useQuery({ ...subjectsQuery(search), enabled: may("subjects_list") });
  return (
    <ListPage
      name="subjects"
      w={w}
      allowed={may("subjects_list")}
      query={subjects}
      columns={COLUMNS}
      search={search}
      onSearch={onSearch}
      onNew={may("subjects_create") ? () => setMaking(true) : undefined}
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
    >
      {making ? (
        <NewSubject
          onClose={() => setMaking(false)}
          onMade={(id) => void navigate({ to: "/subjects/$id", params: { id } })}
        />
      ) : null}
    </ListPage>
  );
}

export function SubjectType({ type }: { type: Subject["type"] }) {
  return (
    <Label isCompact variant="outline" color={type === "user" ? "purple" : "grey"}>
      {w.types[type]}
    </Label>
  );
}
