# The commands of this project. Each installs what it is missing first (Debian 12, Ubuntu 24.04).
.PHONY: help run office test simulate bench bench-central guide lint fmt clean deb-app deb-server windows-check
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: ## start the demo firm: server and tablet; with no display, drive a whole demo visit and leave it in var/demo/
	@bash scripts/run.sh

office: ## open the desktop of the demo firm's office, beside `make run`
	@bash scripts/run.sh office

test: ## all tests: unit, user interface, real window, independent readers, licences
	@bash scripts/test.sh

simulate: ## hundreds of simulated days and weeks of broken networks; FIELDSEAL_SIMULATIONS=500 says how many
	@bash scripts/simulate.sh

bench: ## measure against the aims; prints a table, writes var/bench.json
	@bash scripts/bench.sh

bench-central: ## measure only the server and what an office has of it
	@bash scripts/bench.sh central

guide: ## make the pictures of the user guide anew
	@bash scripts/guide.sh

lint: ## formatting, types, clippy, notices
	@bash scripts/lint.sh

fmt: ## put every file into the project's style
	@bash scripts/fmt.sh

deb-app: ## a Debian package of the app, in var/deb/
	@bash scripts/deb.sh app

deb-server: ## a Debian package of the server with its systemd unit, in var/deb/
	@bash scripts/deb.sh server

windows-check: ## type-check the whole workspace for Windows (Debian)
	@bash scripts/windows-check.sh

clean: ## remove what was built (not var/demo)
	rm -rf target ui/dist ui/node_modules .venv var/log var/stamp var/tools
