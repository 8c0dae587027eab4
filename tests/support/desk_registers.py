"""What a nation has besides operators: vendors with their models, and a regulator's registers, in words of a test's own."""

from __future__ import annotations

from typing import Any

from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.forms import FormKind
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelState
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.kernel.ids import luhn_check_digit
from openesim.services.conditions.rules.keeping import add_pack
from openesim.services.conditions.rules.simulation import Scope
from openesim.services.conditions.rules.simulation_runs import Simulation, SimulationState
from openesim.services.conditions.terminals.import_runs import ImportState, TerminalImportRun, Wrong
from openesim.services.conditions.terminals.importing import Stage
from tests.support.desk_nation import DAY, SOMEBODY, Nation, Things, Words
from tests.support.gate import PACK
from tests.support.regulator_world import RegulatorWorld
from tests.support.rig import eid_of


def make_vendor(nation: Nation, words: Words, tac: int) -> Things:
    """Keeps a vendor with models in every state, a chip maker, a recall and an import.

    Args:
        nation: where.
        words: of his people.
        tac: where his TACs begin; others' are a hundred thousand away.
    """
    now = nation.now

    def unit(stores: Any) -> Things:
        revision = stores.raise_revision("terminals")
        vendor = Vendor(
            name=words("vendor"),
            kind=VendorKind.FOREIGN,
            country="DE",
            agent=words("agent"),
            created_at=now,
            remark=words("remark"),
            revision=revision,
        )
        vendor_id = stores.add_vendor(vendor)
        models = [
            stores.add_model(_model(nation, vendor_id, words, state, revision))
            for _ in range(nation.many)
            for state in ModelState
        ]
        for number, model_id in enumerate(models):
            first = tac + 10 * number
            tacs = TacRange(
                first=f"{first:08d}", last=f"{first + 4:08d}", model_id=model_id, revision=revision
            )
            stores.put_tac_range(tacs)
        maker = ChipMaker(
            name=words("maker"),
            created_at=now,
            remark=words("remark"),
            revision=revision,
            vendor_id=vendor_id,
        )
        maker_id = stores.add_maker(maker)
        ein = f"89{tac % 1_000_000:06d}"
        eids = EinRange(
            first=ein.ljust(32, "0"), last=ein.ljust(32, "9"), maker_id=maker_id, revision=revision
        )
        stores.put_ein_range(eids)
        recall = Recall(
            target=Target(kind=RecallKind.MODEL, first=str(models[2]), last=str(models[2])),
            reason=words("recall"),
            created_at=now,
            created_by=SOMEBODY,
            revision=revision,
        )
        recall_id = stores.add_recall(recall)
        imei = f"{tac:08d}000001"
        imei += luhn_check_digit(imei)
        stores.add_binding(Bond(eid=str(eid_of(tac)), imei=imei, source="order", bound_at=now))
        run = str(stores.add_terminal_import(_import(nation, vendor_id, words)))
        steps = ("answer", "name", "category", "market", "abilities", "tacs", "check")
        draft = "name=Q2&category=phone&market=home&abilities=consumer&tacs=86000011"
        targets = [f"kind=model&number={models[0]}", f"kind=tac&number={tac:08d}", f"kind=ein&number={ein}"]
        return {
            "vendor_id": [str(vendor_id)],
            "model_id": [str(each) for each in models[: len(ModelState)]],
            "model_id,tac": [f"{models[0]},{tac:08d}"],
            "model_id,step": [f"{each},{step}" for each in models[: len(ModelState)] for step in steps],
            "maker_id": [str(maker_id)],
            "recall_id": [str(recall_id)],
            "import_id": [run],
            "run_id": [run],
            "step": list(steps[1:]),
            "sheet": [each.value for each in FormKind],
            "?/vendor/models/new/{step}": [draft],
            "?/vendor/devices": [f"number={imei}", f"imei={imei}", f"tac={tac:08d}"],
            "?/regulator/recalls/preview": targets,
            "?/regulator/recalls/confirm": targets,
            "?/regulator/recalls/new": targets,
            "?/regulator/terminals/device": [f"number={text}" for text in (imei, eid_of(tac), f"{tac:08d}")],
            "?/regulator/terminals/device/release": [f"eid={eid_of(tac)}"],
            "?/regulator/terminals/device/look": [f"field={eid_of(tac)}"],
        }

    things: Things = nation.unit(unit)
    for name in ("vendor", "model", "maker", "recall"):
        nation.deed(None, f"{name}:{things[f'{name}_id'][0]}", words)
    return things


def _model(nation: Nation, vendor_id: int, words: Words, state: ModelState, revision: int) -> Model:
    approval = Approval(number=words("approval"), begins=nation.now - DAY, ends=nation.now + 30 * DAY)
    return Model(
        vendor_id=vendor_id,
        name=words("model"),
        category=ServiceClass.PHONE,
        state=state,
        abilities=frozenset({Ability.CONSUMER}),
        approval=None if state is ModelState.SUBMITTED else approval,
        changed_at=nation.now,
        remark=words("remark"),
        revision=revision,
    )


def _import(nation: Nation, vendor_id: int, words: Words) -> TerminalImportRun:
    wrong = Wrong(row=2, field="tac", word="name-taken", values=(("name", words("row error")),))
    return TerminalImportRun(
        vendor_id=vendor_id,
        kind=FormKind.TACS,
        name=words("file") + ".csv",
        size=100,
        state=ImportState.REFUSED,
        stage=Stage.JUDGING,
        begun_at=nation.now,
        begun_by=SOMEBODY,
        seen_at=nation.now,
        wrong=(wrong,),
    )


def make_registers(nation: Nation, words: Words) -> Things:
    """Keeps what the regulator works with: a pack of rules, a simulation, the watch-list, decisions and counts."""
    now = nation.now
    text = PACK.replace('id = "asking"', 'id = "typed"').replace("Asking", _quoted(words("pack title")))
    text = text.replace("Invented; not legal advice.", _quoted(words("pack note")))
    nation.unit(lambda stores: add_pack(stores, text, SOMEBODY, now))
    simulation = Simulation(
        state=SimulationState.DONE,
        begun_at=now,
        seen_at=now,
        begun_by=SOMEBODY,
        text=text,
        pack_id="typed",
        version="1",
        scope=Scope(),
        of=10,
        done=10,
    )
    watched = Watched(
        kind=WatchedKind.CHIP,
        subject=bytes.fromhex(str(eid_of(9))),
        score=50,
        is_listed=True,
        reason=words("watch reason"),
        created_at=now,
        created_by=SOMEBODY,
    )
    simulation_id = nation.unit(lambda stores: stores.add_simulation(simulation))
    entry_id = nation.unit(lambda stores: stores.add_watched(watched).entry_id)
    nation.deed(None, f"watch:{entry_id}", words)
    world = RegulatorWorld(nation.work, now)
    world.decisions(12, days=3)
    last = nation.unit(lambda stores: stores.last_place())
    return {
        "pack_id,version": ["typed,1"],
        "simulation_id": [str(simulation_id)],
        "entry_id": [str(entry_id)],
        "position": [str(last - at) for at in range(3)],
    }


def _quoted(text: str) -> str:
    """Returns a text as it stands between quotes in TOML."""
    return (
        text.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", " ")
        .replace("\r", " ")
        .replace("\t", " ")
    )
