# The JSON Schemas that editors get, against a validator that is not ours.
.PHONY: schemas
schemas: $(BUILD)/avswap
	@python3 tests/schemas/check.py $(BUILD)/avswap

COVER_RUNS += schemas
