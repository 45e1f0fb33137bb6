import { Alert, Nav, NavItem, NavList, Page, PageSidebar, PageSidebarBody, SkipToContent } from "@patternfly/react-core";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useEvents, useLink } from "../api/events";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { AosMasthead } from "./Masthead";
import { Palette } from "./Palette";
import { ENTRIES } from "./nav";

const CONTENT = "content";
const BACK_MS = 4_000;

/** What is around every page. */
export function Frame() {
  const may = useMay();
  const [palette, setPalette] = useState(false);
  useEvents(may("events_read"));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette((open) => !open);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <Page
      masthead={<AosMasthead onSearch={() => setPalette(true)} />}
      sidebar={<Sidebar />}
      skipToContent={<SkipToContent href={`#${CONTENT}`}>{words.frame.skip}</SkipToContent>}
      mainContainerId={CONTENT}
      isManagedSidebar
    >
      <LinkSign />
      <Outlet />
      {palette ? <Palette onClose={() => setPalette(false)} /> : null}
    </Page>
  );
}

function Sidebar() {
  const may = useMay();
  const { pathname } = useLocation();
  const shown = ENTRIES.filter((entry) => entry.needs === null || may(entry.needs));
  return (
    <PageSidebar>
      <PageSidebarBody>
        <Nav aria-label={words.nav.label}>
          <NavList>
            {shown.map((entry) => {
              const here = entry.to === "/" ? pathname === "/" : pathname === entry.to || pathname.startsWith(`${entry.to}/`);
              return (
                <NavItem key={entry.to} isActive={here}>
                  <Link to={entry.to} aria-current={here ? "page" : undefined}>
                    {entry.title}
                  </Link>
                </NavItem>
              );
            })}
          </NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}

/** Says that what is shown may be old, and when it is not any more. */
function LinkSign() {
  const link = useLink();
  const [back, setBack] = useState(false);
  const lost = useRef(false);
  useEffect(() => {
    if (link === "lost") {
      lost.current = true;
      return;
    }
    if (!lost.current) return;
    lost.current = false;
    setBack(true);
    const timer = window.setTimeout(() => setBack(false), BACK_MS);
    return () => window.clearTimeout(timer);
  }, [link]);
  return (
    <div role="status">
      {link === "lost" ? (
        <Alert variant="warning" isInline title={words.frame.linkLost} />
      ) : back ? (
        <Alert variant="success" isInline title={words.frame.linkBack} />
      ) : null}
    </div>
  );
}
