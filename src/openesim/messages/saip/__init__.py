"""Profile packages of the TCA interoperable format (SAIP), versions 2 and 3.

What an element looks like: ``kinds`` (tags), ``header``, ``codes``, ``aka``, ``files``, ``applications``,
``elements`` (the CHOICE of them); ``package`` puts them side by side, ``response`` is a chip's answer.
What they mean: ``templates``, ``file_content``, ``filesystem`` (the files a package makes), ``access_rules``,
``suci_information``.
What people read of them: ``outline`` (a package as values) over ``ef_readers``, ``access_text``, ``file_names``,
``service_names``; ``differences`` between two.
What is done with them: ``builder`` (from a ``description``, which ``description_file`` reads and
``new_description`` begins), ``personalise`` (one subscriber into a prepared package, at its ``patch_points``),
``check`` (by the table in ``rules``) and ``capabilities`` (what a chip would refuse).
"""
