# Everything runs in .venv, made from requirements.lock. `make` alone says what there is.
PYTHON ?= python3
STUDY ?= .
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --workflow-profile workflow/profiles/default

.PHONY: help run scores test lint report benchmark demo docs golden lock clean

help:
	@echo "make run                          run the demo study; ends by naming the report"
	@echo "make run STUDY=studies/mine       run the study in that folder"
	@echo "make report STUDY=studies/mine    also write Snakemake's own report (results/snakemake_report.html)"
	@echo "make scores STUDY=studies/mine    write every score's definition on one page (results/score_registry.html)"
	@echo "make test                         run the tests"
	@echo "make lint                         ruff, snakefmt, snakemake --lint"
	@echo "make benchmark                    wall time of the demo study, per rule and in all"
	@echo "make demo                         write the synthetic demo data again"
	@echo "make docs                         write the reference part of config/README.md and workflow/scores/README.md again"
	@echo "make golden                       compute the reference values again (needs R with survival)"
	@echo "make lock                         resolve requirements.lock and environment.yml again (needs uv)"
	@echo "make clean                        remove results, logs and benchmarks of STUDY"

.venv/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed; name one: make run PYTHON=python3.12")'
	@echo "Setting up .venv (once; a minute or two) ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

run: .venv/.ready
	$(SNAKEMAKE) --directory $(STUDY)

report: run
	$(SNAKEMAKE) --directory $(STUDY) --report results/snakemake_report.html

scores: .venv/.ready
	$(SNAKEMAKE) --directory $(STUDY) results/score_registry.html
	@echo "The registry of the scores: $(STUDY)/results/score_registry.html"

test: .venv/.ready
	$(BIN)/python -m pytest -q

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

benchmark: .venv/.ready
	$(BIN)/python tests/benchmark.py
	$(BIN)/python tests/kernel_benchmark.py

demo: .venv/.ready
	$(BIN)/python data/generate_demo.py

docs: .venv/.ready
	$(BIN)/python tests/documentation.py
	$(BIN)/python tests/manifest.py

golden: .venv/.ready
	$(BIN)/python tests/golden/reference_data.py /tmp/crlm_golden
	Rscript tests/golden/make_golden.R /tmp/crlm_golden tests/golden/golden.json
	Rscript tests/golden/make_performance.R /tmp/crlm_golden tests/golden/performance.json
	Rscript tests/golden/make_cutoffs.R /tmp/crlm_golden tests/golden/cutoffs.json
	Rscript tests/golden/make_calibration.R /tmp/crlm_golden tests/golden/calibration.json
	Rscript tests/golden/make_imputation.R tests/golden/imputation.json
	Rscript tests/golden/make_added_value.R /tmp/crlm_golden tests/golden/added_value.json
	Rscript tests/golden/make_separation.R tests/golden/separation.json
	Rscript tests/golden/make_description.R > tests/golden/description.json
	Rscript tests/study/make_expected.R tests/study/data/klinik.csv tests/study/expected.json

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --group dev \
		--python-version 3.11 --custom-compile-command "make lock" --quiet pyproject.toml -o requirements.lock
	$(BIN)/python tests/environment.py

clean:
	rm -rf $(STUDY)/results $(STUDY)/logs $(STUDY)/benchmarks $(STUDY)/.snakemake
