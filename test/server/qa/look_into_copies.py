"""Says as JSON what pydicom finds in the files that are named: every element as text, UIDs, references, who it is of."""
import sys, json, pydicom
from pydicom.dataset import Dataset
out = dict(texts=[], instances=[], references=[], patients=[], removed=[], codes=[])
def walk(ds):
    for element in ds:
        if element.VR == 'SQ':
            for item in element.value: walk(item)
        else:
            out['texts'].append(f'{element.tag} {element.VR} {str(element.value)[:4000]}')
            if element.keyword == 'ReferencedSOPInstanceUID': out['references'].append(str(element.value))
for path in sys.argv[1:]:
    ds = pydicom.dcmread(path)
    walk(ds.file_meta); walk(ds)
    assert not any(element.tag.is_private for element in ds)
    out['instances'].append(str(ds.SOPInstanceUID))
    out['patients'].append(f'{ds.PatientID}')
    assert str(ds.PatientName) == ds.PatientID
    out['removed'].append(ds.PatientIdentityRemoved)
    out['codes'].append('+'.join(code.CodeValue for code in ds.DeidentificationMethodCodeSequence))
print(json.dumps(out))
