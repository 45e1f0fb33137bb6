import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { words } from "../words/en";
import { ChangeUser } from "./ChangeUser";
import { Invite } from "./PersonDialogs";
import type { User } from "./queries";
import type { Role } from "./roles";

const w = words.people;

export type PersonDeed = "invite" | "change" | "suspend" | "activate" | "remove";

interface Props {
  deed: PersonDeed;
  user: User;
  roles: Role[];
  onRemoved?: () => void;
  onClose: () => void;
}

/** What somebody who manages users does to one of them. */
export function PersonDeedDialog({ deed, user, roles, onRemoved, onClose }: Props) {
  const params = { path: { id: user.id } };
  switch (deed) {
    case "invite":
      return <Invite user={user} onClose={onClose} />;
    case "change":
      return <ChangeUser id={user.id} roles={roles} onClose={onClose} />;
    case "suspend":
      return (
        <Deed
          title={w.suspend}
          action={w.suspend}
          danger
          will={w.suspendWill(user.username)}
          run={() => got(client.POST("/api/v11/users/{id}/suspend/", { params }))}
          touches={["people", "sessions"]}
          onClose={onClose}
        />
      );
    case "activate":
      return (
        <Deed
          title={w.activate}
          action={w.activate}
          will={w.activateWill(user.username)}
          run={() => got(client.POST("/api/v11/users/{id}/activate/", { params }))}
          touches={["people"]}
          onClose={onClose}
        />
      );
    case "remove":
      return (
        <Deed
          title={w.remove}
          action={w.remove}
          danger
          will={w.removeWill(user.username)}
          run={() => got(client.DELETE("/api/v11/users/{id}/", { params }))}
          touches={["people", "organizations"]}
          onDone={onRemoved}
          onClose={onClose}
        />
      );
  }
}

/** Which of them somebody may do to this user, with their words; nobody changes their own account. */
export function deedsFor(user: User, me: string | undefined, may: (operation: string) => boolean): [PersonDeed, string][] {
  if (user.id === me) return [];
  const deeds: [PersonDeed, string, boolean][] = [
    ["invite", w.invite, user.active && may("invitations_create")],
    ["change", w.change, may("users_read") && may("users_update")],
    ["suspend", w.suspend, user.active && may("users_suspend")],
    ["activate", w.activate, !user.active && may("users_activate")],
    ["remove", w.remove, may("users_delete")],
  ];
  return deeds.filter(([, , allowed]) => allowed).map(([deed, title]) => [deed, title]);
}
