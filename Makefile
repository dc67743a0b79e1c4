# One command each; `make help` lists them. `run` and `test` build what they need first.
.DEFAULT_GOAL := help
.PHONY: help setup setup-run run test check bench bench-quick builtin-model pictures clean
.DELETE_ON_ERROR:

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
# Tried in this order; `make PYTHON=/path/to/python …` asks for one in particular.
PYTHON ?= python3
ifeq ($(origin PYTHON),file)
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python
else
PYTHONS := $(PYTHON)
endif

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

setup: .venv/.stamp-dev ## build .venv with everything for running, training and testing
	@echo "ready: make run, make test"

setup-run: .venv/.stamp-run

run: .venv/.stamp-run ## start the bot: on Telegram with a token in .env, else on a local page
	@exec $(BIN)/kobert-bot run

test: check ## check, then all tests
	@echo "── pytest"
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

check: .venv/.stamp-dev ## lint, format, types, imports, dead code
	@echo "── ruff";        $(BIN)/ruff check
	@echo "── ruff format"; $(BIN)/ruff format --check
	@echo "── mypy (the first time reads all of torch: a minute or two)"; $(BIN)/python -m mypy
	@echo "── import-linter"; $(BIN)/lint-imports --no-logo
	@echo "── vulture";     $(BIN)/python -m vulture

bench: .venv/.stamp-bench ## measure the model service beside eight other engines; about 40 minutes once they are installed
	@$(BIN)/python -m benchmarks.serving

bench-quick: .venv/.stamp-bench ## the same with three engines; 3 minutes once they are installed
	@$(BIN)/python -m benchmarks.serving --quick

# One folder of encoded text for both runs; stopped anywhere, the same command goes on. STEPS=40 tries it out
# with so few and small steps of either run, in a folder of its own.
MADE := $(CURDIR)/var/builtin$(if $(STEPS),-$(STEPS)-steps)
RECIPE := $(CURDIR)/training/builtin
FEWER := $(if $(STEPS),--steps $(STEPS))
TRAIN := cd "$(DATA)" && $(CURDIR)/$(BIN)/kobert-bot train

builtin-model: .venv/.stamp-dev ## make the built-in model again from the texts in DATA=folder: for a GPU
	@test -d "$(DATA)" || { echo "make builtin-model DATA=folder: the folder that training/builtin/README.md describes" >&2; exit 1; }
	@$(BIN)/python -m training.english --out "$(DATA)/english"
	@$(TRAIN) pretrain --config $(RECIPE)/pretrain.toml --tokenizer $(CURDIR)/models/builtin --out $(MADE)/pretrain $(FEWER) $(if $(STEPS),--tokens 8192)
	@mkdir -p $(MADE)/finetune $(MADE)/evaluation
	@ln -sfn ../pretrain/text $(MADE)/finetune/text && ln -sfn ../pretrain/text $(MADE)/evaluation/text
	@$(TRAIN) finetune sentiment nli mask nsp --config $(RECIPE)/finetune.toml --model $(MADE)/pretrain/model --out $(MADE)/finetune $(FEWER)
	@$(TRAIN) evaluate --config $(RECIPE)/evaluate.toml --model $(MADE)/finetune/model --out $(MADE)/evaluation

pictures: .venv/.stamp-dev ## take the pictures in docs/using again, of the running bot in Chromium
	@$(BIN)/python -m tests.page.pictures

clean: ## remove .venv and caches; never var/, where the votes are
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find . -path ./var -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

.venv/.stamp-python:
	@for py in $(PYTHONS); do \
	  if "$$py" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$py; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "kobert-bot needs Python 3.11 or newer; none of these is: $(PYTHONS). Name one: make PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi; \
	echo "── making .venv with $$("$$found" --version)"; \
	if "$$found" -c 'import ensurepip' 2>/dev/null; then "$$found" -m venv .venv; \
	else "$$found" -m venv --without-pip .venv && "$$found" -m pip --python .venv/bin/python install pip; fi
	@touch $@

.venv/.stamp-run: .venv/.stamp-python pyproject.toml constraints.txt
	@echo "── installing what the bot runs on. The first time takes minutes: PyTorch alone is hundreds of megabytes,"
	@echo "   and pip is silent while it unpacks them. The next time is instant."
	@$(PIP_INSTALL) -e '.[train,teach]'
	@touch $@

.venv/.stamp-dev: .venv/.stamp-run
	@echo "── installing the tools for training and testing"
	@$(PIP_INSTALL) -e '.[dev,train,teach,postgres,mysql]'
	@touch $@

.venv/.stamp-bench: .venv/.stamp-dev
	@echo "── installing the engines to compare with; three more get environments of their own on the first run"
	@$(PIP_INSTALL) -e '.[bench]'
	@touch $@
