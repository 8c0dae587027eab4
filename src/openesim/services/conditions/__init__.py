"""A country's conditions as services: the gate, real names, licences, terminals, the desks' accounts, the ledger."""
