"""Who may say what the plan is: a signed list of files, a memory of what was seen, and nothing else.

    manifest.json         which files, of which site, which number in the row
    manifest.json.sig     its SSH signature; more of them as manifest.json.<name>.sig

The transport is not trusted: whatever carries the files, a plan counts once its manifest bears the
signatures that `allowed_signers` asks for, its number is higher than all seen before, and each file is the
one that it lists.
"""
