"use strict";
const at = id => document.getElementById(id);
const number = value => value.toLocaleString("en-GB");
const element = (tag, text, className) => { const made = document.createElement(tag); made.textContent = text; if (className) made.className = className; return made; };
const age = time => { if (!time) return "never"; const s = Math.max(0, (Date.now() - Date.parse(time)) / 1000); return s < 90 ? `${Math.round(s)} s ago` : s < 5400 ? `${Math.round(s / 60)} min ago` : s < 172800 ? `${Math.round(s / 3600)} h ago` : `${Math.round(s / 86400)} d ago`; };
let meters = [], networks = [];

function tile(name, figure, line, bad) {
  const made = element("div", "", bad ? "tile bad" : "tile");
  made.append(element("h3", name), element("strong", figure), element("p", line));
  return made;
}

function showStatus(s) {
  document.body.className = s.well ? "well" : "unwell";
  at("verdict").textContent = s.verdict;
  at("forecast").hidden = !s.forecast;
  at("forecast").textContent = s.forecast ?? "";
  at("who").textContent = `${s.id} · version ${s.version} · ${s.now ? new Date(s.now).toLocaleString() : "no time"}`;
  const waiting = s.upstreams.map(u => Object.values(u.backlog).reduce((a, b) => a + b, 0)).reduce((a, b) => Math.max(a, b), 0);
  const last = s.upstreams.map(u => u.lastAcknowledged).filter(Boolean).sort().at(-1);
  const down = s.upstreams.filter(u => !u.connected), deaf = s.drivers.filter(d => d.state !== "listening");
  at("tiles").replaceChildren(
    tile("Meters", number(s.meters), s.metersWithoutKey ? `${number(s.metersWithoutKey)} without the right key` : `${number(s.metersSilent)} silent for 24 h`, s.metersWithoutKey > 0),
    tile("Head-end", down.length ? "down" : s.upstreams.length ? "up" : "none", down.length ? down[0].sentence ?? "connecting" : `last acknowledged ${age(last)}`, down.length > 0),
    tile("Backlog", number(waiting), waiting ? "sequences wait here, none is lost" : "everything delivered", false),
    tile("Drivers", deaf.length ? `${deaf.length} deaf` : number(s.drivers.length), deaf.length ? deaf[0].sentence : s.drivers[0]?.sentence ?? "none configured", deaf.length > 0),
    tile("Clock", s.clockQuality, s.now ? new Date(s.now).toISOString().slice(11, 19) + " UTC" : "not set", s.clockQuality === "unset"),
    tile("Storage", s.storage.healthy ? "sound" : "fault", s.storage.sentence ?? `${number(s.flow.stored)} telegrams stored since start`, !s.storage.healthy));
}

const stateOf = m => m.heardElsewhere ? `heard elsewhere: ${m.heardElsewhere} reads it` : m.reason ?? m.sentence ?? m.security;

// Each node under the one it hangs on; one whose parent is not known stands at the root, and a circle ends.
function tree(nodes) {
  const known = new Set(nodes.map(n => n.eui)), below = new Map(), shown = new Set(), rows = [];
  const walk = (node, depth) => { if (shown.has(node.eui)) return; shown.add(node.eui); rows.push([node, depth]); (below.get(node.eui) ?? []).forEach(child => walk(child, depth + 1)); };
  nodes.filter(n => known.has(n.parent) && n.parent !== n.eui).forEach(n => below.set(n.parent, [...(below.get(n.parent) ?? []), n]));
  nodes.filter(n => !known.has(n.parent)).concat(nodes).forEach(node => walk(node, 0));
  return rows;
}

function showNetworks() {
  at("networks").hidden = networks.length === 0;
  at("network").replaceChildren(...networks.map(net => {
    const made = document.createElement("div"), table = document.createElement("table"), scroll = element("div", "", "scroll");
    const rows = (net.family === "prime" ? tree(net.nodes) : net.nodes.map(n => [n, 0])).filter(([n]) => !at("troubled").checked || n.state !== "connected");
    made.append(element("p", `${net.driver} (${net.family}): ${Object.entries(net.states).map(([state, count]) => `${number(count)} ${state}`).join(", ")}; since start ${number(net.joins)} joined, ${number(net.leaves)} left, ${number(net.moves)} moved`, "net"));
    table.append(...rows.slice(0, 400).map(([n, depth]) => {
      const row = document.createElement("tr"), name = element("td", `${n.isSwitch ? "◆" : "·"} ${n.eui}`);
      name.style.paddingLeft = `${14 + Math.min(depth, 8) * 18}px`;
      row.append(name, element("td", n.meter ?? ""), element("td", n.state + (n.isOld ? " ?" : ""), n.state === "connected" ? "" : "trouble"), element("td", n.level === null ? "" : `${n.level} hops`, "number"),
        element("td", n.quality === null ? "" : `${n.quality} %`, "number"), element("td", `${Math.round(n.present)} %`, "number"), element("td", age(n.lastHeard)), element("td", n.sentence));
      return row;
    }));
    scroll.append(table);
    made.append(scroll);
    if (rows.length > 400) made.append(element("p", `${number(rows.length - 400)} more: concentrator net show ${net.driver}`, "net"));
    return made;
  }));
}

function showMeters() {
  const wanted = at("search").value.toLowerCase();
  const fitting = meters.filter(m => m.accepted && `${m.id} ${m.place ?? ""} ${m.media} ${m.security} ${stateOf(m)}`.toLowerCase().includes(wanted));
  at("meters").replaceChildren(...fitting.slice(0, 300).map(m => {
    const row = document.createElement("tr");
    const trouble = !["clear", "decrypted"].includes(m.security);
    row.append(element("td", m.id), element("td", m.place ?? ""), element("td", m.media), element("td", age(m.lastHeard)), element("td", m.rssi === null ? "" : `${m.rssi} dBm`, "number"), element("td", number(m.heard), "number"),
      element("td", stateOf(m), trouble || m.reason ? "trouble" : ""));
    return row;
  }));
  at("more").textContent = fitting.length > 300 ? `${number(fitting.length - 300)} more: narrow the search` : fitting.length ? "" : "No meter fits.";
}

async function refresh() {
  try {
    const [status, list, net] = await Promise.all([fetch("/api/v1/status"), fetch("/api/v1/meters"), fetch("/api/v1/network")]);
    showStatus(await status.json());
    [meters, networks] = [await list.json(), await net.json()];
    showMeters();
    showNetworks();
    document.body.classList.remove("stale");
  } catch {
    document.body.classList.add("stale");
    at("who").textContent = "The box does not answer; what is shown is old.";
  }
}

at("search").addEventListener("input", showMeters);
at("troubled").addEventListener("change", showNetworks);
refresh();
setInterval(refresh, 3000);
