"""The desks: pages for people, in front of the same services as every other door.

Four desks, one design (``docs/adr/0013-desks.md``). A page is a route, a template and its words, three files of one name;
``docs/desks.md`` tells how one is added.
"""
