import { ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Choice } from "../parts/Choice";
import { DataTable, type Column } from "../parts/DataTable";
import { ChoiceFilter, ClearFilters } from "../parts/Filters";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { Empty } from "../parts/states";
import { words } from "../words/en";
import { membersQuery, type Campaign, type Member } from "./queries";
import { MEMBER_STATES, type MembersSearch } from "./search";

const w = words.campaigns;

interface Props {
  campaign: Campaign;
  search: MembersSearch;
  onSearch: (change: MembersSearch) => void;
}

/** The Units in its waves, each with its state and why. */
export function Members({ campaign, search, onSearch }: Props) {
  const members = useQuery(membersQuery(campaign.id, search));
  const filters = (
    <>
      <ToolbarItem>
        <Choice
          label={w.wave}
          any={w.anyWave}
          value={search.wave === undefined ? undefined : String(search.wave)}
          options={campaign.waves.map(({ number }) => ({ value: String(number + 1), title: String(number + 1) }))}
          onChoose={(wave) => onSearch({ wave: wave ? Number(wave) : undefined, page: undefined })}
        />
      </ToolbarItem>
      <ChoiceFilter
        of="member"
        search={search}
        onSearch={onSearch}
        label={w.state}
        any={w.anyState}
        options={MEMBER_STATES.map((state) => ({ value: state, title: w.memberStates[state] }))}
      />
      <ClearFilters search={search} onSearch={onSearch} />
    </>
  );
  return (
    <div id="members">
      <Panel title={w.members}>
        <DataTable
          name="members"
          label={w.members}
          query={members}
          columns={COLUMNS}
          id={(member) => `${member.wave}/${member.unit_id}`}
          search={search}
          sort="wave"
          onSearch={onSearch}
          filters={filters}
          empty={<Empty title={w.noMembers}>{w.noMembersHow}</Empty>}
        />
      </Panel>
    </div>
  );
}

const COLUMNS: Column<Member>[] = [
  {
    key: "unit",
    title: w.unit,
    sort: "system_uid",
    cell: (member) => (
      <Link to="/units/$id" params={{ id: member.system_uid }} className="aos-name aos-short">
        {member.system_uid}
      </Link>
    ),
  },
  { key: "wave", title: w.wave, sort: "wave", cell: (member) => member.wave + 1 },
  {
    key: "state",
    title: w.state,
    sort: "state",
    cell: (member) => (
      <span className="aos-nowrap">
        <span className={`aos-dot aos-is-${member.state}`} />
        {w.memberStates[member.state]}
      </span>
    ),
  },
  { key: "why", title: w.why, cell: (member) => <span className="aos-words">{member.reason}</span> },
  { key: "offered", title: w.offered, cell: (member) => <At at={member.offered_at} /> },
  { key: "active", title: w.active, optional: true, cell: (member) => <At at={member.active_at} /> },
  { key: "ended", title: w.ended, cell: (member) => <At at={member.ended_at} /> },
];

/** Nothing where it has not happened. */
function At({ at }: { at: string | null }) {
  return at ? <Moment at={at} ago /> : null;
}
