// The engine of the scores (scripts/crlm/scores/engine.py, scripts/crlm/cohort/derivation.py), once more, for one patient in a browser.
// tests/golden/test_calculator.py holds the two to each other on 10,000 random patients. It knows nothing of the page.
"use strict";

// A number is [lowest, highest] that it may be; a level is its name, or null where it is not known.
const UNKNOWN = [-Infinity, Infinity];

// true, false, or null where what is known does not decide it
function assessTest(test, variables, patient) {
  const spec = variables[test.variable], value = patient[test.variable], wanted = test.threshold;
  if (spec.levels.length) {
    if (value === null) return null;
    const place = spec.levels.indexOf(value), limit = spec.levels.indexOf(wanted);
    return {
      "in": () => wanted.includes(value), "==": () => value === wanted, "!=": () => value !== wanted,
      ">": () => place > limit, ">=": () => place >= limit, "<": () => place < limit, "<=": () => place <= limit,
    }[test.operator]();
  }
  const [low, high] = value;
  const [holds, fails] = {
    ">": () => [low > wanted, high <= wanted], ">=": () => [low >= wanted, high < wanted],
    "<": () => [high < wanted, low >= wanted], "<=": () => [high <= wanted, low > wanted],
    "==": () => [low === wanted && high === wanted, wanted < low || wanted > high],
    "!=": () => [wanted < low || wanted > high, low === wanted && high === wanted],
    "in": () => [low === high && wanted.includes(low), !wanted.some((each) => low <= each && high >= each)],
  }[test.operator]();
  return holds ? true : fails ? false : null;
}

function assessAny(tests, variables, patient) {
  const answers = tests.map((test) => assessTest(test, variables, patient));
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

// Lowest and highest points that a component may give.
function countPoints(component, variables, patient) {
  if (component.per_unit !== undefined) {
    const ends = patient[component.variable].map((end) => component.per_unit * end);
    return [Math.min(...ends), Math.max(...ends)];
  }
  const possible = [];
  let open = true;
  for (const entry of component.points) {
    const answer = assessAny(entry.tests, variables, patient);
    if (open && answer !== false) possible.push(entry.points);
    open = open && answer !== true;
  }
  if (open) possible.push(component.otherwise);
  return [Math.min(...possible), Math.max(...possible)];
}

const FORMULAS = {
  tumour_burden_score: { of: ([size, number]) => Math.hypot(size, number), rises: [true, true], positive: [false, false] },
  schindl_laboratory: { of: ([phosphatase, cea, albumin]) => 6 * Math.log(phosphatase) + 2 * Math.log(cea) - albumin, rises: [true, true, false], positive: [true, true, false] },
};

function computeFormula(formula, patient) {
  const spec = FORMULAS[formula.function];
  const ends = formula.of.map((name, place) => {
    let [low, high] = patient[name];
    const senseless = spec.positive[place] ? high <= 0 : high < 0;
    low = senseless ? 0 : Math.max(low, 0);
    high = senseless ? Infinity : high;
    return spec.rises[place] ? [low, high] : [high, low];
  });
  return [spec.of(ends.map((end) => end[0])), spec.of(ends.map((end) => end[1]))];
}

function mutatedInAny(names, patient) {
  const answers = names.map((name) => (patient[name] === null ? null : patient[name] === "mutated"));
  return answers.includes(true) ? "mutated" : answers.includes(null) ? null : "wild_type";
}

function isKnown(value) {
  return Array.isArray(value) ? value[0] === value[1] : value !== null;
}

// What a rule of the dictionary gives, from what was entered only; undefined where it does not decide.
function followRule(rule, variables, entered) {
  const test = rule.when || rule;
  const answer = assessTest({ variable: test.variable, operator: test.operator, threshold: test.value }, variables, entered);
  if (rule.when) return answer === true ? (typeof rule.value === "number" ? [rule.value, rule.value] : rule.value) : undefined;
  return answer === null ? undefined : answer ? "yes" : "no";
}

// The patient completed by what follows: { patient, derived: [names], conflicts: [{ name, entered, follows }] }.
function completePatient(entered, variables) {
  const patient = { ...entered }, derived = [], conflicts = [];
  for (const [name, spec] of Object.entries(variables)) {
    let filled = isKnown(entered[name]);
    for (const rule of spec.derive) {
      const value = followRule(rule, variables, entered);
      if (value === undefined) continue;
      const differs = Array.isArray(value) ? Math.abs(value[0] - patient[name][0]) > 1 : value !== patient[name];
      if (!filled) {
        patient[name] = value;
        derived.push(name);
        filled = true;
      } else if (differs) conflicts.push({ name, used: patient[name], follows: value });
    }
  }
  for (const [name, spec] of Object.entries(variables)) {
    if (!spec.formula || isKnown(entered[name])) continue;
    const levels = spec.levels.length > 0;
    patient[name] = levels ? mutatedInAny(spec.formula.of, patient) : computeFormula(spec.formula, patient);
    if (isKnown(patient[name])) derived.push(name);
  }
  return { patient, derived, conflicts };
}

function findGroup(low, high, groups) {
  for (const [name, span] of Object.entries(groups)) {
    const least = span.from ?? -Infinity, most = span.to ?? Infinity;
    if (low >= least && high <= most) return name;
  }
  return null;
}

// { lower, upper, group, components: [[lowest, highest]], overrides: [true, false or null] }
function evaluateScore(score, variables, patient) {
  const components = score.components.map((component) => countPoints(component, variables, patient));
  let lower = score.base, upper = score.base;
  for (const [low, high] of components) {
    lower += low;
    upper += high;
  }
  if (score.rounding) [lower, upper] = [Math.floor(lower + 0.5), Math.floor(upper + 0.5)];
  const overrides = score.overrides.map((override) => assessAny(override.tests, variables, patient));
  overrides.forEach((answer, place) => {
    const value = score.overrides[place].value;
    if (answer === true) [lower, upper] = [value, value];
    if (answer === null) [lower, upper] = [Math.min(lower, value), Math.max(upper, value)];
  });
  return { lower, upper, group: findGroup(lower, upper, score.groups), components, overrides };
}

// A natural cubic spline through its knots, straight beyond them; curvature: its second derivatives at the knots.
function evaluateSpline({ knots, values, curvature }, x) {
  const last = knots.length - 1;
  const slope = (k, side) => {
    const h = knots[k + 1] - knots[k], rise = (values[k + 1] - values[k]) / h;
    return side === 0 ? rise - (h * (2 * curvature[k] + curvature[k + 1])) / 6 : rise + (h * (curvature[k] + 2 * curvature[k + 1])) / 6;
  };
  if (x <= knots[0]) return values[0] + (x - knots[0]) * slope(0, 0);
  if (x >= knots[last]) return values[last] + (x - knots[last]) * slope(last - 1, 1);
  let k = 0;
  while (x > knots[k + 1]) k += 1;
  const h = knots[k + 1] - knots[k], a = (knots[k + 1] - x) / h, b = (x - knots[k]) / h;
  return a * values[k] + b * values[k + 1] + (((a ** 3 - a) * curvature[k] + (b ** 3 - b) * curvature[k + 1]) * h * h) / 6;
}

// What a term adds to the linear predictor: { linear } or { missing: true } or { note }.
function addTerm(term, value) {
  if (!isKnown(value)) return { missing: true };
  if (term.levels) {
    const found = term.levels[value];
    return found === undefined || found === null ? { note: say`no estimate for ${term.level_labels[value] ?? value}` } : { linear: found };
  }
  let number = value[0];
  if (term.transform === "log2") {
    if (number <= 0) return { note: say`a value of 0 has no logarithm` };
    number = Math.log2(number);
  }
  number /= term.per;
  return { linear: term.spline ? evaluateSpline(term.spline, number) : term.coef * number };
}

// What a column of the model is for a patient, on its standardised scale.
function readColumn(model, column, values) {
  const term = model.terms.find((each) => each.variable === column.variable), value = values[column.variable];
  let number;
  if (term.levels) number = value === column.level ? 1 : 0;
  else {
    number = (term.transform === "log2" ? Math.log2(value[0]) : value[0]) / term.per;
    if (term.spline) {
      const unit = term.spline.knots.map((_, place) => (place === column.level ? 1 : 0));
      number = evaluateSpline({ knots: term.spline.knots, values: unit, curvature: term.spline.bends[column.level] }, number);
    }
  }
  return (number - column.middle) / column.scale;
}

// 95% limits of the survival on the log(-log) scale, as the Kaplan-Meier limits: [lower, upper], or null where it is 1 or 0.
function limitSurvival(model, baseline, place, x, hazard) {
  const base = baseline.cumulative_hazard[place], survival = Math.exp(-hazard);
  if (!(base > 0) || survival < 1e-10 || survival > 1 - 1e-10) return null;
  const q = x.map((each, column) => base * each - baseline.means[place][column]);
  const spread = q.reduce((sum, one, row) => sum + q.reduce((inner, other, column) => inner + one * model.covariance[row][column] * other, 0), 0);
  const half = (1.959963984540054 * Math.sqrt(baseline.variance[place] + spread)) / base;
  return [survival ** Math.exp(half), survival ** Math.exp(-half)];
}

// { baseline, survival: [per time], limits: [[lower, upper] or null per time] } or { missing: [names], notes: [words] }
function predictSurvival(model, values) {
  let linear = -model.centre;
  const missing = [], notes = [];
  for (const term of model.terms) {
    const added = addTerm(term, values[term.variable]);
    if (added.missing) missing.push(term.variable);
    else if (added.note) notes.push(`${term.label}: ${added.note}`);
    else linear += added.linear;
  }
  missing.push(...model.strata.filter((name) => values[name] === null && !missing.includes(name)));
  if (missing.length || notes.length) return { missing, notes };
  const baseline = model.baselines.find((each) => model.strata.every((name, place) => values[name] === each.levels[place]));
  if (!baseline) return { missing, notes: [say`too few patients or events where the patient belongs`] };
  const x = model.columns.map((column) => readColumn(model, column, values));
  const hazards = baseline.cumulative_hazard.map((hazard) => hazard * Math.exp(linear));
  return {
    baseline, survival: hazards.map((hazard) => Math.exp(-hazard)),
    limits: hazards.map((hazard, place) => limitSurvival(model, baseline, place, x, hazard)), missing, notes,
  };
}
