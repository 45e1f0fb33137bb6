import { Button, Label } from "@patternfly/react-core";
import { Moment } from "../parts/Moment";
import { SmallTable } from "../parts/SmallTable";
import { words } from "../words/en";
import { deviceWords } from "./device";
import type { WebSession } from "./queries";

const w = words.account;

interface Props {
  rows: WebSession[];
  none: string;
  onEnd?: (session: WebSession) => void;
}

/** Sessions in browsers: on what, from where, how old. */
export function Sessions({ rows, none, onEnd }: Props) {
  const columns = [
    {
      title: w.device,
      cell: (one: WebSession) => (
        <span className="aos-row" title={one.device}>
          <span className="aos-words">{deviceWords(one.device)}</span>
          {one.current ? (
            <Label isCompact color="blue">
              {w.thisOne}
            </Label>
          ) : null}
        </span>
      ),
    },
    { title: w.from, cell: (one: WebSession) => <span className="aos-id">{one.address}</span> },
    { title: w.how, cell: (one: WebSession) => w.ways[one.how] },
    { title: w.lastUsed, cell: (one: WebSession) => <Moment at={one.last_used_at} ago /> },
    { title: w.began, cell: (one: WebSession) => <Moment at={one.created_at} /> },
  ];
  const end = {
    title: words.units.actions,
    cell: (one: WebSession) => (
      <Button variant="link" isInline isDanger onClick={() => onEnd?.(one)} aria-label={`${w.end}: ${deviceWords(one.device)}`}>
        {w.end}
      </Button>
    ),
  };
  return (
    <SmallTable label={w.sessions} rows={rows} id={(one) => one.id} none={none} columns={onEnd ? [...columns, end] : columns} />
  );
}
