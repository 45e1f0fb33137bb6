import {
  Button,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
  Divider,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  MastheadToggle,
  MenuToggle,
  PageToggleButton,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from "@patternfly/react-core";
import { CheckIcon, SearchIcon } from "@patternfly/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../session/me";
import { useSignOut } from "../session/signOut";
import { words } from "../words/en";
import icon from "./icon.svg";
import { setTheme, THEMES, useTheme } from "./theme";

/** The bar at the top: where one is, the way to everything, and who one is. */
export function AosMasthead({ onSearch }: { onSearch: () => void }) {
  return (
    <Masthead display={{ default: "inline" }}>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton isHamburgerButton aria-label={words.frame.menu} />
        </MastheadToggle>
        <MastheadBrand>
          <Link to="/" className="aos-brand">
            <img src={icon} alt="" width="28" height="28" />
            <span>{words.product}</span>
          </Link>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isFullHeight>
          <ToolbarContent>
            <ToolbarItem align={{ default: "alignEnd" }}>
              <Button variant="tertiary" icon={<SearchIcon />} onClick={onSearch} className="aos-search">
                {words.frame.search} <kbd>{words.frame.searchKeys}</kbd>
              </Button>
            </ToolbarItem>
            <ToolbarItem>
              <Account />
            </ToolbarItem>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}

function Account() {
  const [open, setOpen] = useState(false);
  const { data: me } = useQuery(meQuery);
  const signOut = useSignOut();
  const navigate = useNavigate();
  const theme = useTheme();
  const organization = me?.oem ?? me?.service_provider;
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      popperProps={{ position: "right" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          isExpanded={open}
          onClick={() => setOpen(!open)}
          aria-label={words.frame.accountOf(me?.username ?? "")}
        >
          <span className="aos-who">{me?.username}</span>
        </MenuToggle>
      )}
    >
      <DropdownGroup label={[me?.role, organization?.title].filter(Boolean).join(" · ")}>
        <DropdownList>
          <DropdownItem onClick={() => void navigate({ to: "/account" })}>{words.frame.account}</DropdownItem>
          <DropdownItem onClick={() => signOut.mutate()}>{words.frame.signOut}</DropdownItem>
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownGroup label={words.frame.theme}>
        <DropdownList>
          {THEMES.map((each) => (
            <DropdownItem
              key={each}
              onClick={() => setTheme(each)}
              aria-current={theme === each ? "true" : undefined}
              icon={<CheckIcon className={theme === each ? undefined : "aos-hidden"} />}
            >
              {words.frame.themes[each]}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
    </Dropdown>
  );
}
