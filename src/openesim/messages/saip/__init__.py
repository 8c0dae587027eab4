"""Profile packages of the TCA interoperable format (SAIP), versions 2 and 3.

What an element looks like: ``kinds`` (tags), ``header``, ``codes``, ``aka``, ``files``, ``applications``,
``elements`` (the CHOICE of them); ``package`` puts them side by side, ``response`` is a chip's answer.
What they mean: ``templates``, ``file_content``, ``filesystem`` (the files a package makes), ``access_rules``.
What is done with them: ``builder`` (from a ``description``), ``personalise`` (one subscriber into a prepared
package), ``check`` and ``capabilities`` (what is wrong, what a chip would refuse).
"""
