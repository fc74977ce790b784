// What is fetched into vendor/ (local/vendor.py), each loaded when it is first needed.

const at = (path) => new URL(`../vendor/${path}`, import.meta.url).href;

export const PDF_WORKER = at("pdfjs-dist-6.5.438/pdf.worker.min.mjs");

export const pdf = () => import(at("pdfjs-dist-6.5.438/pdf.min.mjs"));

export async function mammoth() {
  await import(at("mammoth-1.13.0/mammoth.browser.min.js"));
  return globalThis.mammoth;
}

export async function d3() {
  await import(at("d3-7.9.2/d3.min.js"));
  return globalThis.d3;
}

export async function states() {
  const [, answer] = await Promise.all([
    import(at("topojson-client-3.1.0/topojson-client.min.js")),
    fetch(at("us-atlas-3.0.1/states-albers-10m.json")),
  ]);
  if (!answer.ok) throw new Error("There is no map of the states.");
  const topology = await answer.json();
  return globalThis.topojson.feature(topology, topology.objects.states).features;
}
