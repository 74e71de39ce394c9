# The commands of this project. Each installs what it is missing first (Debian 12, Ubuntu 24.04).
.PHONY: help run test bench lint fmt clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: ## start the program with the demo firm; with no display, drive a whole demo visit and leave it in var/demo/
	@bash scripts/run.sh

test: ## all tests: unit, user interface, real window, independent readers, licences
	@bash scripts/test.sh

bench: ## measure against the aims; prints a table, writes var/bench.json
	@bash scripts/bench.sh

lint: ## formatting, types, clippy, notices
	@bash scripts/lint.sh

fmt: ## put every file into the project's style
	@bash scripts/fmt.sh

clean: ## remove what was built (not var/demo)
	rm -rf target ui/dist ui/node_modules .venv var/log var/stamp var/tools
