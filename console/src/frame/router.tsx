import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { auditSearch } from "../audit/search";
import { bundlesSearch } from "../items/bundlesSearch";
import { itemsSearch } from "../items/search";
import { listSearch } from "../parts/list";
import { peopleSearch } from "../people/search";
import { unitsSearch } from "../units/search";
import { Frame } from "./Frame";
import { NotFound } from "./NotFound";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../overview/OverviewPage"), "OverviewPage"),
});
const units = createRoute({
  getParentRoute: () => root,
  path: "/units",
  validateSearch: unitsSearch,
  component: lazyRouteComponent(() => import("../units/UnitsPage"), "UnitsPage"),
});
const unit = createRoute({
  getParentRoute: () => root,
  path: "/units/$id",
  component: lazyRouteComponent(() => import("../units/UnitPage"), "UnitPage"),
});
const fleets = createRoute({
  getParentRoute: () => root,
  path: "/fleets",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("../fleets/FleetsPage"), "FleetsPage"),
});
const items = createRoute({
  getParentRoute: () => root,
  path: "/items",
  validateSearch: itemsSearch,
  component: lazyRouteComponent(() => import("../items/ItemsPage"), "ItemsPage"),
});
const item = createRoute({
  getParentRoute: () => root,
  path: "/items/$id",
  component: lazyRouteComponent(() => import("../items/ItemPage"), "ItemPage"),
});
const bundles = createRoute({
  getParentRoute: () => root,
  path: "/bundles",
  validateSearch: bundlesSearch,
  component: lazyRouteComponent(() => import("../items/BundlesPage"), "BundlesPage"),
});
const bundle = createRoute({
  getParentRoute: () => root,
  path: "/bundles/$id",
  component: lazyRouteComponent(() => import("../items/BundlePage"), "BundlePage"),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import("../people/PeoplePage"), "PeoplePage"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("../audit/AuditPage"), "AuditPage"),
});
const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  component: lazyRouteComponent(() => import("../session/AccountPage"), "AccountPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, units, unit, fleets, items, item, bundles, bundle, people, audit, account]),
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
