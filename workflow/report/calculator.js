// The page of the calculator: questions, and what the engine finds. Every text is set as text, never as markup.
// What is marked with say`...` is put into the language of the plan when the page is built (display/script_words.py).
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
const STAGES = { baseline: say`Before the operation`, operation: say`At the operation`, pathology: say`Pathology of the specimen`, follow_up: say`Follow-up` };
const NOT_KNOWN = say`not known`;

function make(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function place(parent, ...children) {
  parent.append(...children);
  return parent;
}

// As published: no decimals are added.
const show = (number) => String(Number(number.toPrecision(10))).replace("-", "−").replace(".", DATA.decimal);
const percent = (share) => (100 * share).toFixed(1).replace(".", DATA.decimal);
const span = (low, high) => {
  if (low === high) return show(low);
  if (low === -Infinity && high === Infinity) return NOT_KNOWN;
  if (low === -Infinity) return `≤ ${show(high)}`;
  return high === Infinity ? `≥ ${show(low)}` : `${show(low)}–${show(high)}`;
};
const tellPatients = (count) => (count === 1 ? say`${count} patient` : say`${count} patients`);
const tellEvents = (count) => (count === 1 ? say`${count} event` : say`${count} events`);
const tellPoints = (count) => (count === 1 ? say`${count} point` : say`${count} points`);
const tellScores = (count) => (count === 1 ? say`${count} score` : say`${count} scores`);
const numeric = (words) => `n:${words}`; // the heading of a column of numbers
const tags = (names) => [...new Set(names)].flatMap((name) => [make("span", DATA.tags[name], `tag ${name}`), " "]);

function buildFields() {
  const fields = document.getElementById("fields");
  for (const [stage, words] of Object.entries(STAGES)) {
    const asked = Object.entries(DATA.variables).filter(([name, spec]) => spec.timing === stage && isAsked(name, spec));
    if (!asked.length) continue;
    const group = place(make("fieldset"), make("legend", words));
    for (const [name, spec] of asked) group.append(buildField(name, spec));
    fields.append(group);
  }
}

const isAsked = (name, spec) => !(spec.formula && !spec.levels.length);

function buildField(name, spec) {
  const label = make("label", spec.label + (spec.unit ? ` (${spec.unit})` : ""));
  label.htmlFor = `v_${name}`;
  let input;
  if (spec.levels.length) {
    input = place(make("select"), new Option(NOT_KNOWN, ""));
    for (const level of spec.levels) input.append(new Option(spec.level_labels[level] ?? level, level));
  } else {
    input = make("input");
    input.inputMode = "decimal";
    input.placeholder = NOT_KNOWN;
  }
  input.id = input.name = `v_${name}`;
  input.setAttribute("aria-describedby", `s_${name}`);
  const said = make("div");
  said.id = `s_${name}`;
  return place(make("div", null, "field"), label, input, said);
}

// What one field says: { value, problem }.
function readField(name, spec) {
  const input = document.getElementById(`v_${name}`);
  if (spec.levels.length) return { value: input && input.value !== "" ? input.value : null };
  const written = input ? input.value.trim() : "", text = written.replace(",", ".");
  if (text === "") return { value: UNKNOWN };
  const number = Number(text), thousands = written.split(DATA.group);
  if (thousands.length === 2 && /^-?[1-9][0-9]{0,2}$/.test(thousands[0]) && /^[0-9]{3}$/.test(thousands[1])) {
    return { value: UNKNOWN, problem: say`${written} may be ${thousands.join("")} or ${show(Number(thousands.join(".")))}: write one of these; not counted` };
  }
  if (!/^-?[0-9]*\.?[0-9]+$|^-?[0-9]+\.$/.test(text)) return { value: UNKNOWN, problem: say`not a number: not counted` };
  const [least, most] = spec.range ?? [-Infinity, Infinity];
  if (number < least || number > most) return { value: UNKNOWN, problem: say`outside ${show(least)}–${show(most)}: not counted` };
  if (spec.kind === "count" && !Number.isInteger(number)) return { value: UNKNOWN, problem: say`not a whole number: not counted` };
  return { value: [number, number] };
}

function tellValue(value, spec) {
  if (Array.isArray(value)) return span(...value) + (spec.unit ? ` ${spec.unit}` : "");
  return spec.level_labels[value] ?? value;
}

function compute() {
  const entered = {}, problems = {};
  for (const [name, spec] of Object.entries(DATA.variables)) {
    const read = readField(name, spec);
    entered[name] = read.value;
    problems[name] = read.problem;
  }
  const found = completePatient(entered, DATA.variables);
  for (const [name, spec] of Object.entries(DATA.variables)) {
    const said = document.getElementById(`s_${name}`);
    if (!said) continue;
    const conflict = found.conflicts.find((each) => each.name === name);
    said.className = problems[name] || conflict ? "said" : "follows";
    document.getElementById(`v_${name}`).setAttribute("aria-invalid", problems[name] ? "true" : "false");
    said.textContent = problems[name] ?? (conflict ? say`another field says ${tellValue(conflict.follows, spec)}; ${tellValue(conflict.used, spec)} is used`
      : found.derived.includes(name) ? say`follows from another field: ${tellValue(found.patient[name], spec)}` : "");
  }
  const results = DATA.scores.map((score) => ({ score, ...evaluateScore(score, DATA.variables, found.patient) }));
  showOverview(results);
  showModel(found.patient, results);
  showDetails(results);
}

function fillTable(heads, rows, caption) {
  const table = make("table");
  if (caption) table.append(make("caption", caption));
  const head = table.createTHead().insertRow();
  heads.forEach((text, column) => {
    const cell = make("th", text, column && /^n:/.test(text) ? "n" : null);
    cell.textContent = text.replace(/^n:/, "");
    cell.scope = "col";
    head.append(cell);
  });
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    if (row.className) line.className = row.className;
    row.cells.forEach((content, column) => {
      const cell = make(column ? "td" : "th", null, /^n:/.test(heads[column]) ? "n" : null);
      if (!column) cell.scope = "row";
      cell.append(...[content].flat());
      line.append(cell);
    });
  }
  return place(make("div", null, "scroll"), table);
}

function nameGroups(result) {
  const { score, lower, upper, group } = result;
  if (group !== null) return score.groups[group].label;
  const possible = Object.values(score.groups).filter((each) => (each.from ?? -Infinity) <= upper && (each.to ?? Infinity) >= lower);
  return possible.map((each) => each.label).join(say` or `);
}

function showOverview(results) {
  const rows = results.map((result) => ({
    className: result.lower === result.upper ? "" : "open",
    cells: [result.score.label, span(result.lower, result.upper), nameGroups(result), listMissing(result).join("; "), tags([result.score.evidence])],
  }));
  const known = results.filter((result) => result.lower === result.upper).length;
  document.getElementById("overview").replaceChildren(
    make("h2", say`All scores`),
    make("p", say`${known} of ${tellScores(results.length)} known. In grey: a range, because of what is not known.`, "soft"),
    fillTable([say`Score`, numeric(say`Points`), say`Group`, say`Not known`, say`Points are`], rows));
}

function listMissing({ score, components, overrides, lower, upper }) {
  if (lower === upper) return [];
  const open = score.components.filter((_, place) => components[place][0] !== components[place][1]).map((each) => each.label);
  return [...open, ...score.overrides.filter((_, place) => overrides[place] === null).map((each) => each.label)];
}

function showDetails(results) {
  const section = document.getElementById("details"), open = new Set([...section.querySelectorAll("details[open]")].map((each) => each.id));
  section.replaceChildren(make("h2", say`Score by score`), ...results.map((result) => showScore(result, open)));
}

function showScore(result, open) {
  const { score, lower, upper, components, overrides } = result, box = make("details");
  box.id = `d_${score.name}`;
  box.dataset.known = lower === upper ? "yes" : "no";
  box.open = open.has(box.id);
  const words = nameGroups(result);
  box.append(make("summary", `${score.label}: ${span(lower, upper)}${words ? `, ${words}` : ""}`));
  const inner = make("div");
  inner.append(make("p", score.citation, "soft"), make("p", [DATA.timing[score.timing] + ".", score.sum].join(" "), "soft"));
  const rows = score.components.map((component, place) => ({
    className: components[place][0] === components[place][1] ? "" : "open",
    cells: [component.label, span(...components[place]), component.rules.flatMap((rule, n) => (n ? [make("br"), rule] : [rule])), tags(component.evidence)],
  }));
  score.overrides.forEach((override, place) => rows.push({
    cells: [override.label, overrides[place] === null ? NOT_KNOWN : overrides[place] ? say`yes` : say`no`, say`if so, the score is ${show(override.value)}`, []],
  }));
  inner.append(fillTable([say`Component`, numeric(say`Points`), say`What counts`, say`Support`], rows));
  inner.append(...showPublished(result), ...showCohort(result));
  for (const text of score.conflicts) inner.append(make("p", text, "soft"));
  return place(box, inner);
}

function isPossible(stratum, { score, lower, upper, group }) {
  if (stratum.kind === "all") return true;
  if (stratum.kind === "value") return stratum.key >= lower && stratum.key <= upper;
  const each = score.groups[stratum.key];
  return group === null ? (each.from ?? -Infinity) <= upper && (each.to ?? Infinity) >= lower : stratum.key === group;
}

function showPublished(result) {
  const strata = result.score.published.filter((each) => isPossible(each, result));
  const title = make("h3", say`Published survival`);
  if (!strata.length) return [title, make("p", result.score.published.length ? say`Nothing was published for these points.` : say`No survival by this score is in the registry.`, "soft")];
  const months = [...new Set(strata.flatMap((each) => each.survival.map(([month]) => month)))].sort((a, b) => a - b);
  const rows = strata.map((each) => ({
    cells: [
      each.label, `${each.endpoint} (${each.source})`, each.patients === null ? "" : String(each.patients),
      ...months.map((month) => { const hit = each.survival.find(([when]) => when === month); return hit ? show(hit[1]) : ""; }),
      each.median === null ? "" : show(each.median), tags([each.evidence, ...each.survival.map((hit) => hit[2])]),
    ],
  }));
  const heads = [say`Stratum`, say`Of`, numeric(say`Patients`), ...months.map((month) => numeric(say`${month} months, %`)), numeric(say`Median, months`), say`Support`];
  return [title, fillTable(heads, rows, result.lower === result.upper ? null : say`All strata that the patient may belong to.`)];
}

function showCohort(result) {
  const title = make("h3", say`Survival in this cohort`), strata = result.score.cohort.filter((each) => isPossible(each, result));
  if (!result.score.cohort.length) return [title, make("p", say`This cohort does not have the score, or too few patients.`, "soft")];
  if (!strata.length) return [title, make("p", say`Fewer than five patients, or nobody, of this cohort are in this stratum: nothing is shown.`, "soft")];
  const months = [...new Set(strata.flatMap((each) => each.survival.map(([month]) => month)))].sort((a, b) => a - b);
  const rows = strata.map((each) => ({
    cells: [
      each.kind === "group" ? result.score.groups[each.key].label : tellPoints(each.key), DATA.endpoints[each.endpoint].label,
      `${each.patients} (${each.events})`, ...months.map((month) => tellSurvival(each.survival.find(([when]) => when === month))),
    ],
  }));
  const said = result.score.proxies ? say`Computed here with a stand-in: ${result.score.proxies}.` : say`Kaplan-Meier, % with 95% limits, and patients at risk.`;
  return [title, fillTable([say`Stratum`, say`Endpoint`, numeric(say`Patients (events)`), ...months.map((month) => numeric(say`${month} months, %`))], rows, said)];
}

function tellSurvival(found) {
  if (!found) return "";
  const [, survival, lower, upper, atRisk] = found;
  if (survival === null) return say`too few at risk`;
  return [percent(survival) + (lower === null ? "" : ` (${percent(lower)}–${percent(upper)})`), make("br"), make("span", say`at risk ${atRisk}`, "soft")];
}

function showModel(patient, results) {
  const section = document.getElementById("model");
  section.replaceChildren();
  if (!DATA.model) return;
  const values = { ...patient };
  for (const { score, lower, upper, group } of results) {
    values[score.name] = [lower, upper];
    values[`${score.name}_group`] = group;
  }
  section.append(make("h2", say`Model of this cohort: ${DATA.model.label}`));
  section.append(make("p", say`Not validated elsewhere. A Cox model fitted to this cohort alone, which foretells its own patients too well. The limits say how well the model is known, not how long this patient lives.`, "research"));
  const rows = [], words = [];
  for (const [name, model] of Object.entries(DATA.model.endpoints)) {
    const label = DATA.endpoints[name].label;
    if (!model.terms) {
      words.push(`${label}: ${model.note}.`);
      continue;
    }
    const found = predictSurvival(model, values);
    const missing = found.missing.map((each) => DATA.variables[each]?.label ?? model.terms.find((term) => term.variable === each).label);
    if (missing.length) words.push(say`${label}: not known without ${missing.join(", ")}.`);
    for (const note of found.notes) words.push(`${label}: ${note}.`);
    if (model.note) words.push(`${label}: ${model.note}.`);
    if (!found.survival) continue;
    const { baseline } = found, stratum = nameStratum(model, baseline);
    if (!baseline.times.length) words.push(say`${label}: too few at risk${stratum ? ` (${stratum})` : ""} at every time.`);
    baseline.times.forEach((month, place) => rows.push({ cells: [
      label, show(month), percent(found.survival[place]), found.limits[place] ? `${percent(found.limits[place][0])}–${percent(found.limits[place][1])}` : "",
      baseline.at_risk[place] === null ? "" : String(baseline.at_risk[place]), `${model.patients} (${model.events})`,
    ] }));
    if (stratum) words.push(say`${label}: the baseline is that of ${stratum}${baseline.patients === null ? "" : ` (${tellPatients(baseline.patients)}, ${tellEvents(baseline.events)})`}; numbers at risk are of it.`);
  }
  if (rows.length) section.append(fillTable([say`Endpoint`, ...[say`Months`, say`Survival, %`, say`95% limits`, say`At risk`, say`Fitted in patients (events)`].map(numeric)], rows));
  for (const text of new Set(words)) section.append(make("p", text, "soft"));
}

function nameStratum(model, baseline) {
  return model.strata.map((name, place) => {
    const spec = DATA.variables[name];
    return `${spec.label}: ${spec.level_labels[baseline.levels[place]] ?? baseline.levels[place]}`;
  }).join(", ");
}

function start() {
  buildFields();
  const form = document.getElementById("patient"), list = make("dl");
  for (const [name, words] of Object.entries(DATA.evidence)) list.append(place(make("dt"), ...tags([name])), make("dd", words));
  document.getElementById("evidence").append(list);
  form.addEventListener("input", compute);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(compute));
  document.getElementById("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("#details details")) {
      if (box.dataset.known === "yes") box.open = true;
    }
  });
  compute();
}

start();
