"""The campaign: every runbook against each fault of its table; plain, with links cut, with consoles killed.

    cases.py       one row of a table: faults, inputs, and what must come of it
    recover.py, rolling.py ...      the tables, one a runbook
    site.py        a practice estate in this process, and consoles on it
    nursery.py     consoles as processes of their own, forked from one that has everything imported
    console.py     what runs in them: `quarterdeck ARGUMENTS`, its clock as fast as the estate's
    gates.py       what happens right before, during and right after each command, on the host itself
    witness.py     what is so afterwards, asked of the simulation and of the journal, never of an adapter
    carrying.py    carries one case out, and judges it
    tables.py      all tables, and the ways in which each row is run
    crew.py        several runs at once, each in a process with an estate of its own

    async with site(tmp_path) as place:                       # a test of one case
        await carried_out(place, case, Cut(Moment.DURING))    # raises AssertionError with the whole story

`make check-campaign` runs all of it and prints a table. What is real: the estate file, ssh_config,
asyncssh on both sides, the command line, the engine, the journal on disk, and each console a process
that is killed by signal 9. What is not: the consoles' clock runs as fast as the estate's, so that a
deadline of minutes takes seconds; they wait longer than in life for an answer, since a busy machine
makes a host slow that is well; their marks in scripts are numbers, which hosts parse once; and their
journal does not wait for the disk, since it is a console that dies and no machine.
"""
