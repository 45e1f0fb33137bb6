import { Checkbox, ExpandableSection, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { fleetsByIdQuery } from "../fleets/queries";
import { Hint } from "../parts/Hint";
import { Picks } from "../parts/Picks";
import { meQuery, useMay } from "../session/me";
import { givable } from "../tokens/scopes";
import { words } from "../words/en";
import { GROUP_OF, ROLES, type Role } from "./roles";
import type { Shape } from "./shape";

const w = words.people;
const GROUPS = ROLES.map((role) => ({ value: GROUP_OF[role], title: w.groupNames[GROUP_OF[role]] ?? GROUP_OF[role] }));

interface Props {
  shape: Shape;
  roles: Role[];
  onShape: (change: Partial<Shape>) => void;
}

/** The fields of what a user is: role, address, fleets, and what of the role they may do. */
export function ShapeFields({ shape, roles, onShape }: Props) {
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  const offered = roles.filter((role) => role !== "fleet owner" || role === shape.role || may("fleets_list"));
  return (
    <>
      <FormGroup label={w.role} fieldId="user-role" isRequired>
        <FormSelect
          id="user-role"
          value={shape.role}
          onChange={(_event, role) => onShape({ role: role as Role, groups: undefined, permissions: [] })}
        >
          {offered.map((role) => (
            <FormSelectOption key={role} value={role} label={w.roles[role] ?? role} />
          ))}
        </FormSelect>
        <Hint>{w.roleMeans[shape.role] ?? ""}</Hint>
      </FormGroup>
      {shape.role === "fleet owner" ? <Fleets chosen={shape.fleets} onChoose={(fleets) => onShape({ fleets })} /> : null}
      <FormGroup label={w.email} fieldId="user-email">
        <TextInput id="user-email" type="email" value={shape.email} onChange={(_event, email) => onShape({ email })} />
        <Hint>{w.emailHow}</Hint>
      </FormGroup>
      <ExpandableSection toggleText={w.narrower} isIndented>
        <FormGroup label={w.groups} role="group">
          <Checkbox
            id="user-groups-own"
            label={w.groupsOwn}
            isChecked={shape.groups === undefined}
            onChange={(_event, own) => onShape({ groups: own ? undefined : [] })}
          />
          {shape.groups === undefined ? null : (
            <Picks label={w.groups} options={GROUPS} chosen={shape.groups} onChoose={(groups) => onShape({ groups })} />
          )}
          <Hint>{w.groupsHow}</Hint>
        </FormGroup>
        <FormGroup label={w.permissions} role="group" className="aos-above">
          <Picks
            label={w.permissions}
            options={givable([...new Set([...(me?.effective_permissions ?? []), ...shape.permissions])])}
            chosen={shape.permissions}
            onChoose={(permissions) => onShape({ permissions })}
          />
          <Hint>{w.permissionsHow}</Hint>
        </FormGroup>
      </ExpandableSection>
    </>
  );
}

function Fleets({ chosen, onChoose }: { chosen: string[]; onChoose: (chosen: string[]) => void }) {
  const may = useMay();
  const { data: fleets } = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const options = [...(fleets ?? [])].map(([value, title]) => ({ value, title }));
  return (
    <FormGroup label={w.fleets} role="group" isRequired>
      {fleets && !options.length ? <p>{w.fleetsNone}</p> : null}
      <Picks label={w.fleets} options={options} chosen={chosen} onChoose={onChoose} />
      <Hint>{w.fleetsHow}</Hint>
    </FormGroup>
  );
}
