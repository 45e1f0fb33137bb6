import { Label, ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Choice } from "../parts/Choice";
import type { Column } from "../parts/DataTable";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { subjectsQuery, type Subject } from "./queries";
import { TYPES, type SubjectsSearch } from "./search";
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
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const [making, setMaking] = useState(false);
  const subjects = useQuery({ ...subjectsQuery(search), enabled: may("subjects_list") });
  const onSearch = useCallback(
    (change: SubjectsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
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
