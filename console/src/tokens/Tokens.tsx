import { Button, Label, Tooltip } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Deed } from "../parts/Deed";
import { operationWords } from "../parts/format";
import { Moment } from "../parts/Moment";
import { useNow } from "../parts/now";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { revokeToken, tokensQuery, type ApiToken } from "./queries";

const w = words.tokens;

/** The API tokens of one user. */
export function Tokens({ user }: { user: string }) {
  const may = useMay();
  const now = useNow();
  const tokens = useQuery(tokensQuery(user));
  const [leaving, setLeaving] = useState<ApiToken>();
  const columns = [
    { title: w.name, cell: (one: ApiToken) => <span className="aos-words">{one.title}</span> },
    { title: w.scopes, cell: (one: ApiToken) => <Scopes scopes={one.scopes} /> },
    { title: w.lastUsed, cell: (one: ApiToken) => <Moment at={one.last_used_at} ago /> },
    {
      title: w.ends,
      cell: (one: ApiToken) =>
        Date.parse(one.expires_at) < now ? <Label isCompact>{w.ended}</Label> : <Moment at={one.expires_at} />,
    },
  ];
  const revoke = {
    title: words.units.actions,
    cell: (one: ApiToken) => (
      <Button variant="link" isInline isDanger onClick={() => setLeaving(one)} aria-label={`${w.revoke} ${one.title}`}>
        {w.revoke}
      </Button>
    ),
  };
  return (
    <>
      <Shown query={tokens} lines={3}>
        {(page) => (
          <SmallTable
            label={w.title}
            rows={page.items}
            id={(one) => one.id}
            none={w.none}
            columns={may("api_tokens_delete") ? [...columns, revoke] : columns}
          />
        )}
      </Shown>
      {leaving ? (
        <Deed
          title={w.revokeTitle}
          action={w.revoke}
          danger
          will={w.revokeWill(leaving.title)}
          run={() => revokeToken(leaving.id)}
          touches={["tokens"]}
          onClose={() => setLeaving(undefined)}
        />
      ) : null}
    </>
  );
}

function Scopes({ scopes }: { scopes: string[] }) {
  const [first] = scopes;
  if (scopes.length === 1 && first) return <span className="aos-words">{operationWords(first)}</span>;
  return (
    <Tooltip content={scopes.map(operationWords).join(", ")}>
      <button type="button" className="aos-plain">
        {w.scopesCount(scopes.length)}
      </button>
    </Tooltip>
  );
}
