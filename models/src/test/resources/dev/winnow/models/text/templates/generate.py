"""Writes expected.json next to itself; needs Jinja2 3.1.6."""

import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox


class Raised(Exception):
    pass


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise Raised(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = lambda form: datetime.datetime.now().strftime(form)

here = pathlib.Path(__file__).parent
conversations = json.loads((here / "conversations.json").read_text(encoding="utf-8"))
expected = []
for path in sorted(here.glob("*.jinja")):
    template = environment.from_string(path.read_bytes().decode("utf-8"))
    for conversation in conversations:
        case = {"template": path.name, "conversation": conversation["name"]}
        try:
            case["rendered"] = template.render(
                messages=conversation["messages"],
                add_generation_prompt=conversation["add_generation_prompt"],
                bos_token="<s>", eos_token="</s>")
        except Raised as raised:
            case["error"] = str(raised)
        expected.append(case)
(here / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
