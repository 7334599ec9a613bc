# Everything runs in .venv, made from requirements.lock. `make` alone says what there is.
PYTHON ?= python3
STUDY ?= .
FILE ?=
ANSWERS ?=
ALSO ?=
FIGURES ?=
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --workflow-profile workflow/profiles/default

# The shell takes the study from its environment, as it was typed: no space, quote or dollar in a folder's name becomes part of a command.
override STUDY := $(value STUDY)
override REASON := $(value REASON)
override FILE := $(value FILE)
override ANSWERS := $(value ANSWERS)
override ALSO := $(value ALSO)
override FIGURES := $(value FIGURES)
# LANGUAGE counts where it is typed: that of the environment is the desktop's
STUDY_LANGUAGE := $(if $(filter command,$(firstword $(origin LANGUAGE))),$(value LANGUAGE))
export STUDY REASON FILE ANSWERS ALSO FIGURES STUDY_LANGUAGE

.PHONY: help is_study study app run scores manuscript freeze test lint report benchmark benchmark-scale fuzz demo docs messages golden measure simulate mutate lock clean unlock share calculator practice axe gallery looks

help:
	@echo "make study FILE=export.xlsx       propose a study from a spreadsheet: its plan, with a reason for every line and questions where it is unsure"
	@echo "                                  (STUDY=studies/mine names the folder, ANSWERS=answers.yaml answers without a terminal,"
	@echo "                                  ALSO=dictionary.csv names further files, with ; between them: REDCap's data dictionary, lesions, laboratory,"
	@echo "                                  LANGUAGE=de asks and reports in German)"
	@echo "make app                          the same in the browser, from the spreadsheet to the report: a page of this machine alone (PORT=8000 names the port)"
	@echo "make run                          run the demo study; ends by naming the report"
	@echo "make run STUDY=studies/mine       run the study in that folder"
	@echo "make report STUDY=studies/mine    also write Snakemake's own report (results/snakemake_report.html)"
	@echo "make scores STUDY=studies/mine    write every score's definition on one page (results/score_registry.html)"
	@echo "make calculator STUDY=studies/mine write the page that computes every score of one patient (results/calculator.html)"
	@echo "make practice STUDY=studies/mine  write a study of made-up patients with the same plan, columns, codes and gaps (results/practice)"
	@echo "make manuscript STUDY=studies/mine the manuscript in Word, checklists, references; your own text filled (results/manuscript/)"
	@echo "make freeze STUDY=studies/mine    keep the analysis plan with its hash and date; later reports list every change"
	@echo "make test                         run the tests, on every core"
	@echo "make axe                          fetch axe-core (needs npm), with which the tests look for faults of accessibility in Chromium"
	@echo "make gallery STUDY=studies/mine   every figure of a study on sheets to look at: as it is, in grey, without green or red cones"
	@echo "                                  (results/contact_sheets; FIGURES=\"forest_* panel_*\" for some)"
	@echo "make lint                         ruff, snakefmt, snakemake --lint"
	@echo "make benchmark                    wall time of the demo study per job and in all, and of the TCIA cohort beside R"
	@echo "make fuzz                         try 20,000 random plans and cohorts in this process (N=500 SEED=1 for fewer; hours)"
	@echo "make benchmark-scale              time and memory per job at 800, 8000 and 80000 patients (SIZES=\"800 8000\" for fewer)"
	@echo "make demo                         write the synthetic demo data again"
	@echo "make docs                         write the reference part of config/README.md and workflow/scores/README.md again"
	@echo "make messages                     the English messages for translators (workflow/languages/messages.pot), and what each language has of them"
	@echo "make golden                       compute the reference values again (needs R with survival)"
	@echo "make measure                      how far each library is from R, and the time of one fit (docs/numbers.md)"
	@echo "make simulate                     how often limits that rest on resampling are right in simulated cohorts (hours)"
	@echo "make mutate ROOM=scores SAMPLE=50 small deliberate errors in a room, one at a time: the share that the fast tests see (without ROOM all five)"
	@echo "make looks                        approve how the miniature study looks now (tests/study/approved), after a look at it"
	@echo "make lock                         resolve requirements.lock and environment.yml again (needs uv)"
	@echo "make share STUDY=studies/mine     pack what may leave the hospital, with a manifest of hashes (results/share.zip)"
	@echo "make unlock STUDY=studies/mine    take away the lock of a run that is over (make run does so itself)"
	@echo "make clean STUDY=studies/mine     remove what a run made there (results, logs, benchmarks, .snakemake), nothing else"

.venv/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed; name one: make run PYTHON=python3.12")'
	@echo "Setting up .venv (once; a minute or two) ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

is_study:
	@test -n "$$STUDY" || { echo "STUDY is empty. Name the folder of a study, as in STUDY=studies/mine; without STUDY it is the demo. Nothing was done." >&2; exit 1; }
	@test -f "$$STUDY/config/config.yaml" || { echo "$$STUDY is not a study: it has no config/config.yaml. Nothing was done." >&2; exit 1; }
	@test -w "$$STUDY" || test -w "$$STUDY/.snakemake" || { echo "Nothing can be written in $$STUDY. Look at its permissions, or copy the study to a place of your own, and do the same again." >&2; exit 1; }

study: .venv/.ready
	@PYTHONPATH=scripts $(BIN)/python -m crlm.proposal.command

# The packages of the page stand beside those of .venv in a place of their own
.venv-app/.ready: .venv/.ready requirements-app.lock
	@echo "Setting up .venv-app for the page (once) ..."
	$(BIN)/python -m venv --clear .venv-app
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > .venv-app/packages.pth
	mv .venv-app/packages.pth "$$(.venv-app/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	.venv-app/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-app.lock
	@touch $@

app: .venv-app/.ready
	@PYTHONPATH=scripts .venv-app/bin/python -m crlm.app.command

run: is_study .venv/.ready
	$(SNAKEMAKE) --directory="$$STUDY"

report: run
	$(SNAKEMAKE) --directory="$$STUDY" --report results/snakemake_report.html

unlock: is_study .venv/.ready
	$(SNAKEMAKE) --directory="$$STUDY" --unlock

share: run
	@PYTHONPATH=scripts $(BIN)/python -m crlm.report.share "$$STUDY"

calculator: is_study .venv/.ready
	$(SNAKEMAKE) --directory="$$STUDY" results/calculator.html
	@echo "The calculator for one patient: $$STUDY/results/calculator.html"

practice: is_study .venv/.ready
	$(SNAKEMAKE) --directory="$$STUDY" results/practice
	@echo "A study of made-up patients with the same columns: $$STUDY/results/practice (copy it where you like, then make run STUDY=...)"

scores: is_study .venv/.ready
	$(SNAKEMAKE) --directory="$$STUDY" results/score_registry.html
	@echo "The registry of the scores: $$STUDY/results/score_registry.html"

manuscript: run
	$(SNAKEMAKE) --directory="$$STUDY" --forcerun write_manuscript -- results/manuscript/README.txt
	@cat -- "$$STUDY/results/manuscript/README.txt"
	@echo "The manuscript: $$STUDY/results/manuscript"

# A plan that no run would take is refused in the words of a run; the list of rules is made after the plan was read
freeze: is_study .venv/.ready
	@$(SNAKEMAKE) --directory="$$STUDY" --list-rules > /dev/null || { echo "Nothing was frozen." >&2; exit 1; }
	@PYTHONPATH=scripts $(BIN)/python -m crlm.plan.freeze "$$STUDY" "$$REASON"

test: .venv/.ready
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

axe:
	npm install --no-save --no-package-lock --prefix . axe-core@4.14.1

gallery: run
	@$(BIN)/python tests/contact_sheets.py "$$STUDY" "$$FIGURES"

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

benchmark: .venv/.ready
	$(BIN)/python tests/benchmark.py
	$(BIN)/python tests/kernel_benchmark.py

benchmark-scale: .venv/.ready
	$(BIN)/python tests/scale_benchmark.py $(SIZES)

fuzz: .venv/.ready
	$(BIN)/python tests/fuzz.py $(or $(N),20000) $(or $(SEED),1)

demo: .venv/.ready
	$(BIN)/python data/generate_demo.py

messages: .venv/.ready
	$(BIN)/python tests/messages.py

docs: .venv/.ready
	$(BIN)/python tests/documentation.py
	$(BIN)/python tests/manifest.py

golden: .venv/.ready
	mkdir -p /tmp/crlm_golden
	$(BIN)/python tests/golden/reference_data.py /tmp/crlm_golden
	Rscript tests/golden/make_golden.R /tmp/crlm_golden tests/golden/golden.json
	Rscript tests/golden/make_performance.R /tmp/crlm_golden tests/golden/performance.json
	Rscript tests/golden/make_cutoffs.R /tmp/crlm_golden tests/golden/cutoffs.json
	Rscript tests/golden/make_calibration.R /tmp/crlm_golden tests/golden/calibration.json
	Rscript tests/golden/make_imputation.R tests/golden/imputation.json
	Rscript tests/golden/make_added_value.R /tmp/crlm_golden tests/golden/added_value.json
	Rscript tests/golden/make_equal_cure.R /tmp/crlm_golden tests/golden/equal_cure.json
	Rscript tests/golden/make_conventions.R /tmp/crlm_golden tests/golden/conventions.json
	Rscript tests/golden/make_conditional.R /tmp/crlm_golden tests/golden/conditional.json
	Rscript tests/golden/make_discrimination.R /tmp/crlm_golden tests/golden/discrimination.json
	Rscript tests/golden/make_calculator.R /tmp/crlm_golden tests/golden/calculator.json
	Rscript tests/golden/make_separation.R tests/golden/separation.json
	Rscript tests/golden/make_adjusted.R /tmp/crlm_golden tests/golden/adjusted.json
	Rscript tests/golden/make_imputed_models.R /tmp/crlm_golden tests/golden/imputed_models.json
	Rscript tests/golden/make_influence.R /tmp/crlm_golden tests/golden/influence.json
	Rscript tests/golden/make_interactions.R /tmp/crlm_golden tests/golden/interactions.json
	Rscript tests/golden/make_panel.R /tmp/crlm_golden tests/golden/panel.json
	Rscript tests/golden/make_spline_terms.R /tmp/crlm_golden tests/golden/spline_terms.json
	Rscript tests/golden/make_associations.R tests/golden/associations.json
	Rscript tests/golden/make_recurrence.R tests/golden/recurrence.json
	Rscript tests/golden/make_entry.R > tests/golden/entry.json
	Rscript tests/golden/make_gray.R > tests/golden/gray.json
	Rscript tests/golden/make_firth.R > tests/golden/firth.json
	Rscript tests/golden/make_time_dependent.R > tests/golden/time_dependent.json
	Rscript tests/golden/make_ratios.R /tmp/crlm_golden tests/golden/ratios.json
	mkdir -p /tmp/crlm_golden/r_files
	Rscript tests/golden/make_r_files.R /tmp/crlm_golden/r_files
	$(BIN)/python tests/golden/pack_r_files.py /tmp/crlm_golden/r_files tests/unit/cohort/r_files.json
	$(BIN)/python tests/golden/disease_state_data.py tests/golden/disease_states.json
	Rscript tests/golden/make_disease_states.R tests/golden/disease_states.json
	Rscript tests/golden/make_description.R > tests/golden/description.json
	Rscript tests/study/make_expected.R tests/study/data/klinik.csv tests/study/expected.json

measure: .venv/.ready
	$(BIN)/python tests/golden/measure_libraries.py

simulate: .venv/.ready
	$(BIN)/python tests/simulate.py
	$(BIN)/python tests/simulate_states.py
	$(BIN)/python tests/simulate_limits.py

# mutmut stands beside the packages of .venv in a place of its own; nothing else needs it
.venv-mutate/.ready: .venv/.ready Makefile
	$(BIN)/python -m venv --clear .venv-mutate
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > .venv-mutate/packages.pth
	mv .venv-mutate/packages.pth "$$(.venv-mutate/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	.venv-mutate/bin/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	@touch $@

looks: .venv/.ready
	$(BIN)/python tests/looks.py
	git --no-pager diff --stat -- tests/study/approved

ROOM ?= survival scores cohort analyses display
SAMPLE ?= 100
mutate: .venv-mutate/.ready
	@for room in $(ROOM); do .venv-mutate/bin/python tests/mutate.py $$room $(SAMPLE) $(or $(SEED),1) || exit 1; done

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --group dev \
		--python-version 3.11 --custom-compile-command "make lock" --quiet pyproject.toml -o requirements.lock
	$(BIN)/python tests/environment.py
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --group app \
		--constraints requirements.lock --python-version 3.11 --custom-compile-command "make lock" --quiet -o requirements-app.lock

# Documents that an author may have written in stay
clean: is_study
	rm -rf -- "$$STUDY/logs" "$$STUDY/benchmarks" "$$STUDY/.snakemake"
	@if test -d "$$STUDY/results/manuscript" && ! test -L "$$STUDY/results"; then \
		(CDPATH= cd -- "$$STUDY/results" && find . -mindepth 1 -maxdepth 1 ! -name manuscript -exec rm -rf -- {} +) || exit 1; \
		echo "Kept: $$STUDY/results/manuscript, since you may have written in its documents."; \
	else rm -rf -- "$$STUDY/results"; fi
